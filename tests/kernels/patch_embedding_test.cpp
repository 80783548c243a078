// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/op_test.h"

namespace arges::kernels {
namespace {

using PatchEmbeddingTest = OpTest;
ARGES_FOR_ALL_BACKENDS(PatchEmbeddingTest);

struct Case {
  Case(std::int64_t tile_count, std::int64_t channel_count, std::int64_t side,
       std::int64_t patch_side, std::int64_t width, DType dtype)
      : patch(patch_side),
        hidden(width),
        pixels({tile_count, channel_count, side, side}, 1),
        weight(width, channel_count * patch_side * patch_side, dtype, 2),
        class_embedding({width}, 3),
        positions({1 + (side / patch_side) * (side / patch_side), width}, 4) {}

  std::int64_t patch, hidden;
  Tensor pixels;
  Weight weight;
  Tensor class_embedding, positions;
};

std::vector<float> run(const Workshop& workshop, const Case& c) {
  const Matrix matrix = workshop.pack(c.weight);
  Tensor out({c.pixels.shape[0], c.positions.shape[0], c.hidden});
  expect_ok(patch_embedding(workshop.context(), {.pixels = c.pixels.view(),
                                                 .weight = &matrix,
                                                 .patch = c.patch,
                                                 .class_embedding = c.class_embedding.view(),
                                                 .positions = c.positions.view(),
                                                 .out = out.view()}));
  return out.values;
}

// The convolution written out, one output.
double convolve(const Case& c, std::int64_t tile, std::int64_t patch, std::int64_t output) {
  const std::int64_t channels = c.pixels.shape[1], side = c.pixels.shape[2];
  const std::int64_t top = patch / (side / c.patch) * c.patch;
  const std::int64_t left = patch % (side / c.patch) * c.patch;
  double sum = 0;
  for (std::int64_t i = 0; i < channels * c.patch * c.patch; ++i) {
    const std::int64_t channel = i / (c.patch * c.patch);
    const std::int64_t y = top + i / c.patch % c.patch;
    const std::int64_t x = left + i % c.patch;
    const std::int64_t at = ((tile * channels + channel) * side + y) * side + x;
    sum +=
        static_cast<double>(c.weight.at(output, i)) * c.pixels.values[static_cast<std::size_t>(at)];
  }
  return sum;
}

TEST_P(PatchEmbeddingTest, IsTheConvolutionWithClassAndPositions) {
  for (const Case& c : {Case(1, 3, 14, 7, 20, DType::kF32), Case(2, 3, 12, 4, 33, DType::kBF16),
                        Case(3, 1, 5, 5, 16, DType::kF16), Case(0, 3, 8, 4, 16, DType::kF32)}) {
    std::vector<float> want;
    const std::int64_t tokens = c.positions.shape[0];
    for (std::int64_t i = 0; i < c.pixels.shape[0] * tokens * c.hidden; ++i) {
      const std::int64_t token = i / c.hidden % tokens;
      const std::int64_t output = i % c.hidden;
      const double value = token == 0 ? c.class_embedding.values[static_cast<std::size_t>(output)]
                                      : convolve(c, i / c.hidden / tokens, token - 1, output);
      want.push_back(static_cast<float>(
          value + c.positions.values[static_cast<std::size_t>(token * c.hidden + output)]));
    }
    EXPECT_LE(worst_difference(run(workshop(), c), want), 5e-6);
  }
}

TEST_P(PatchEmbeddingTest, RefusesATileThatPatchesDoNotFill) {
  const Case c(1, 3, 14, 7, 20, DType::kF32);
  const Matrix matrix = workshop().pack(c.weight);
  Tensor out({1, 5, 20});
  PatchEmbeddingArgs args{.pixels = c.pixels.view(),
                          .weight = &matrix,
                          .patch = 5,
                          .class_embedding = c.class_embedding.view(),
                          .positions = c.positions.view(),
                          .out = out.view()};
  expect_refused(patch_embedding(context(), args), "multiple of the patch side");
  args.patch = 0;
  expect_refused(patch_embedding(context(), args), "multiple of the patch side");
  args.patch = 14;
  expect_refused(patch_embedding(context(), args), "patch_embedding: weight must map");
}

}  // namespace
}  // namespace arges::kernels
