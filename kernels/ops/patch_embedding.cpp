// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/patch_embedding.h"

#include "kernels/op_table.h"
#include "kernels/ops/argument_check.h"

namespace arges::kernels {

Status check(const ExecContext& context, const PatchEmbeddingArgs& args) {
  constexpr auto kAny = ArgumentCheck::kAny;
  ArgumentCheck check(context, "patch_embedding");
  check.f32("pixels", args.pixels, {kAny, kAny, kAny, kAny});
  if (!check.ok()) return check.status();
  const Shape& pixels = args.pixels.shape;
  check.require(pixels[2] == pixels[3], "tiles must be square")
      .require(args.patch >= 1 && pixels[2] % args.patch == 0,
               "the tile side must be a multiple of the patch side");
  if (!check.ok()) return check.status();
  check.matrix("weight", args.weight, kAny, pixels[1] * args.patch * args.patch);
  if (!check.ok()) return check.status();
  const std::int64_t hidden = args.weight->rows;
  const std::int64_t side = pixels[2] / args.patch;
  check.f32("class_embedding", args.class_embedding, {hidden})
      .f32("positions", args.positions, {1 + side * side, hidden})
      .f32("out", args.out, {pixels[0], 1 + side * side, hidden})
      .apart("out", args.out, "pixels", args.pixels);
  return check.status();
}

}  // namespace arges::kernels
