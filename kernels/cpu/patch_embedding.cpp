// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/matrix_product.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Patch `index` of one tile as [channels, patch, patch].
void cut(const PatchEmbeddingArgs& args, const float* tile, std::int64_t index, float* out) {
  const std::int64_t side = args.pixels.shape[2];
  const std::int64_t across = side / args.patch;
  const float* corner = tile + index / across * args.patch * side + index % across * args.patch;
  for (std::int64_t c = 0; c < args.pixels.shape[1]; ++c) {
    for (std::int64_t y = 0; y < args.patch; ++y) {
      out = std::copy_n(corner + (c * side + y) * side, args.patch, out);
    }
  }
}

Status embed_tile(const ExecContext& context, const PatchEmbeddingArgs& args, const float* tile,
                  float* out) {
  const std::int64_t hidden = args.weight->rows;
  const std::int64_t inputs = args.weight->cols;
  const std::int64_t patches = args.out.shape[1] - 1;
  Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const TensorView cuts, context.workspace->allocate({patches, inputs}));
  context.pool->parallel_for(patches, row_grain(inputs), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) cut(args, tile, i, cuts.f32() + i * inputs);
  });
  ARGES_ASSIGN_OR_RETURN(const TiledRows tiled,
                         tile_rows(context, *args.weight, cuts.f32(), patches));
  ARGES_RETURN_IF_ERROR(
      store_product(context, tiled, *args.weight, nullptr, Activation::kNone, out + hidden));
  std::copy_n(args.class_embedding.f32(), hidden, out);
  const TensorView tokens = view_f32(out, {1 + patches, hidden});
  return cpu::scaled_add(context, {.a = tokens, .b = args.positions, .out = tokens});
}

}  // namespace

Status patch_embedding(const ExecContext& context, const PatchEmbeddingArgs& args) {
  const std::int64_t tile_pixels =
      args.pixels.shape[1] * args.pixels.shape[2] * args.pixels.shape[3];
  const std::int64_t tile_outputs = args.out.shape[1] * args.out.shape[2];
  for (std::int64_t tile = 0; tile < args.pixels.shape[0]; ++tile) {
    ARGES_RETURN_IF_ERROR(embed_tile(context, args, args.pixels.f32() + tile * tile_pixels,
                                     args.out.f32() + tile * tile_outputs));
  }
  return {};
}

}  // namespace arges::kernels::cpu
