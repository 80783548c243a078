// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {
namespace {

// Widening a few rows is cheap beside the layers they enter; the compiler vectorises what it can.
void widen_row(const ConstTensorView& table, std::int64_t row, float* out) {
  const std::int64_t width = table.shape[1];
  if (table.dtype == DType::kF32) {
    std::copy_n(table.f32() + row * width, width, out);
    return;
  }
  const std::uint16_t* bits = table.u16() + row * width;
  const auto widen = table.dtype == DType::kBF16 ? bf16_to_f32 : f16_to_f32;
  std::transform(bits, bits + width, out, widen);
}

}  // namespace

Status embed(const ExecContext& context, const EmbedArgs& args) {
  const std::int64_t width = args.table.shape[1];
  context.pool->parallel_for(args.ids.shape[0], row_grain(width),
                             [&](std::int64_t begin, std::int64_t end) {
                               for (std::int64_t i = begin; i < end; ++i) {
                                 widen_row(args.table, args.ids.i32()[i], args.x.f32() + i * width);
                               }
                             });
  for (const PictureRows& picture : args.pictures) {
    std::memcpy(args.x.f32() + picture.begin * width, picture.features.data,
                picture.features.bytes());
  }
  return {};
}

}  // namespace arges::kernels::cpu
