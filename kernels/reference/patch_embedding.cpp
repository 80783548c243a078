// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

namespace {

// Patch (row, column) of one tile as [channels, patch, patch].
std::vector<float> cut(const PatchEmbeddingArgs& args, std::int64_t tile, std::int64_t row,
                       std::int64_t column) {
  const std::int64_t channels = args.pixels.shape[1];
  const std::int64_t side = args.pixels.shape[2];
  std::vector<float> values;
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = row * args.patch; y < (row + 1) * args.patch; ++y) {
      const float* line = args.pixels.f32() + ((tile * channels + c) * side + y) * side;
      for (std::int64_t x = 0; x < args.patch; ++x) values.push_back(line[column * args.patch + x]);
    }
  }
  return values;
}

}  // namespace

template <typename Real>
Status patch_embedding(const ExecContext&, const PatchEmbeddingArgs& args) {
  const std::int64_t hidden = args.weight->rows;
  const std::int64_t tokens = args.out.shape[1];
  const std::int64_t columns = args.pixels.shape[2] / args.patch;
  for (std::int64_t i = 0; i < args.out.shape[0] * tokens; ++i) {
    const std::int64_t token = i % tokens;
    const float* position = args.positions.f32() + token * hidden;
    float* out = args.out.f32() + i * hidden;
    std::vector<float> patch;
    if (token > 0) patch = cut(args, i / tokens, (token - 1) / columns, (token - 1) % columns);
    for (std::int64_t j = 0; j < hidden; ++j) {
      const Real value = token == 0 ? Real{args.class_embedding.f32()[j]}
                                    : dot_row<Real>(*args.weight, j, patch.data());
      out[j] = static_cast<float>(value + position[j]);
    }
  }
  return {};
}

ARGES_REFERENCE_OP(patch_embedding, PatchEmbeddingArgs)

}  // namespace arges::kernels::reference
