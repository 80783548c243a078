// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "kernels/reference/attend.h"
#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

template <typename Real>
Status bidirectional_attention(const ExecContext&, const BidirectionalAttentionArgs& args) {
  const std::int64_t tokens = args.q.shape[1];
  const std::int64_t heads = args.q.shape[2];
  const std::int64_t width = args.q.shape[3];
  std::vector<AttendedToken> attended(static_cast<std::size_t>(tokens));
  for (std::int64_t i = 0; i < args.q.shape[0] * tokens * heads; ++i) {
    const std::int64_t item = i / (tokens * heads);
    const std::int64_t head = i % heads;
    for (std::int64_t t = 0; t < tokens; ++t) {
      const std::int64_t at = ((item * tokens + t) * heads + head) * width;
      attended[static_cast<std::size_t>(t)] = {args.k.f32() + at, 1, args.v.f32() + at};
    }
    attend<Real>(args.q.f32() + i * width, attended, args.scale, width, args.out.f32() + i * width,
                 args.row_type);
  }
  return {};
}

ARGES_REFERENCE_OP(bidirectional_attention, BidirectionalAttentionArgs)

}  // namespace arges::kernels::reference
