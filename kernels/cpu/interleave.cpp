// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/interleave.h"

#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/interleave.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
constexpr std::size_t kSquare = 1;
HWY_INLINE void interleave_square(const float* const* rows, std::int64_t col, float* out,
                                  std::int64_t) {
  *out = rows[0][col];
}
#else
constexpr std::size_t kSquare = 4;

// Four rows by four columns, in registers.
HWY_INLINE void interleave_square(const float* const* rows, std::int64_t col, float* out,
                                  std::int64_t out_step) {
  const hn::FixedTag<float, 4> d;
  const auto row0 = hn::LoadU(d, rows[0] + col);
  const auto row1 = hn::LoadU(d, rows[1] + col);
  const auto row2 = hn::LoadU(d, rows[2] + col);
  const auto row3 = hn::LoadU(d, rows[3] + col);
  const auto even_low = hn::InterleaveLower(d, row0, row2);
  const auto odd_low = hn::InterleaveLower(d, row1, row3);
  const auto even_high = hn::InterleaveUpper(d, row0, row2);
  const auto odd_high = hn::InterleaveUpper(d, row1, row3);
  hn::StoreU(hn::InterleaveLower(d, even_low, odd_low), d, out);
  hn::StoreU(hn::InterleaveUpper(d, even_low, odd_low), d, out + out_step);
  hn::StoreU(hn::InterleaveLower(d, even_high, odd_high), d, out + 2 * out_step);
  hn::StoreU(hn::InterleaveUpper(d, even_high, odd_high), d, out + 3 * out_step);
}
#endif

void interleave(std::span<const float* const> rows, std::int64_t cols, float* out,
                std::int64_t out_step) {
  constexpr auto kStep = static_cast<std::int64_t>(kSquare);
  std::size_t r = 0;
  for (; r + kSquare <= rows.size(); r += kSquare) {
    std::int64_t c = 0;
    for (; c + kStep <= cols; c += kStep) {
      interleave_square(rows.data() + r, c, out + c * out_step + static_cast<std::int64_t>(r),
                        out_step);
    }
    for (; c < cols; ++c) {
      for (std::size_t i = r; i < r + kSquare; ++i) out[c * out_step + i] = rows[i][c];
    }
  }
  for (; r < rows.size(); ++r) {
    for (std::int64_t c = 0; c < cols; ++c) out[c * out_step + r] = rows[r][c];
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(interleave);

void interleave_rows(std::span<const float* const> rows, std::int64_t cols, float* out,
                     std::int64_t out_step) {
  HWY_DYNAMIC_DISPATCH(interleave)(rows, cols, out, out_step);
}

}  // namespace arges::kernels::cpu
#endif
