// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/round_row.h"

#include "kernels/base/dtype.h"
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/round_row.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

constexpr std::int64_t kPiece = 16;  // whole vectors of any target
static_assert(kDotBlock % kPiece == 0 && kPiece % kLanes == 0);

const FloatTag float_tag;
const hn::RebindToUnsigned<FloatTag> bits_tag;

HWY_INLINE void round_piece(const float* in, std::uint16_t* out) {
  for (std::int64_t i = 0; i < kPiece; i += kLanes) {
    store_rounded(hn::LoadU(float_tag, in + i), out + i);
  }
}

void run_round_pairs(const float* even, const float* odd, std::int64_t count, std::uint32_t* out) {
  for_each_vector(count, [&](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const auto first = rounded_bits(load_some(even + i, lanes));
    const auto second =
        rounded_bits(odd == nullptr ? hn::Zero(float_tag) : load_some(odd + i, lanes));
    hn::StoreU(hn::Or(first, hn::ShiftLeft<16>(second)), bits_tag, out + i);
  });
}

void run_round(const RoundedRow& row) {
  for (std::int64_t i = 0; i < row.padded; i += kPiece) {
    const std::int64_t at = row.first + i;
    std::uint16_t* out = row.out + at / kDotBlock * row.block_step + at % kDotBlock;
    if (i + kPiece <= row.count) {
      round_piece(row.in + i, out);
    } else {
      for (std::int64_t k = 0; k < kPiece; ++k) {
        out[k] = i + k < row.count ? f32_to_bf16(row.in[i + k]) : std::uint16_t{0};
      }
    }
  }
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_round);
HWY_EXPORT(run_round_pairs);

void round_pairs(const float* even, const float* odd, std::int64_t count, std::uint32_t* out) {
  HWY_DYNAMIC_DISPATCH(run_round_pairs)(even, odd, count, out);
}

void round_row(const RoundedRow& row) {
  HWY_DYNAMIC_DISPATCH(run_round)(row);
}

}  // namespace arges::kernels::cpu
#endif
