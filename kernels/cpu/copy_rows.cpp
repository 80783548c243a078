// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/cpu/backend.h"
#include "kernels/cpu/parallel.h"

namespace arges::kernels::cpu {

Status copy_rows(const ExecContext& context, const CopyRowsArgs& args) {
  const std::int64_t width = args.in.shape[1];
  context.pool->parallel_for(args.from.shape[0], row_grain(width),
                             [&](std::int64_t begin, std::int64_t end) {
                               for (std::int64_t i = begin; i < end; ++i) {
                                 std::copy_n(args.in.f32() + args.from.i32()[i] * width, width,
                                             args.out.f32() + args.to.i32()[i] * width);
                               }
                             });
  return {};
}

}  // namespace arges::kernels::cpu
