// SPDX-License-Identifier: Apache-2.0
// VPMADDUBSW adds two products of an unsigned and a signed byte in 16 bits and saturates there: 255
// · 127 twice does not fit. Bytes are therefore multiplied by magnitude, with the sign moved over
// to the other side, 127 · 127 twice; halves of a byte fit as they are. Nothing here may run before
// integer_units() has said that the processor has AVX2 and FMA.
#include "kernels/cpu/integer_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define ARGES_AVX2 __attribute__((target("avx2,fma")))
// What holds its sums in registers of the function that calls it.
#define ARGES_AVX2_INLINE __attribute__((always_inline, target("avx2,fma"))) inline

namespace arges::kernels::cpu {
namespace {

constexpr int kVectors = 2;  // of a panel
constexpr int kLanes = 8;
constexpr int kMaxRows = 4;  // eight sums and the operands of a line fit below 16
constexpr std::int64_t kLine = 32;
constexpr std::int64_t kStretch = 32;

ARGES_AVX2_INLINE __m256i quad(const std::int8_t* x) {
  int inputs = 0;
  std::memcpy(&inputs, x, sizeof inputs);
  return _mm256_set1_epi32(inputs);
}

ARGES_AVX2_INLINE __m256i load(const std::byte* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

// Sums of two 16-bit neighbours.
ARGES_AVX2_INLINE __m256i add_neighbours(__m256i pairs) {
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

template <int kRows>
struct Sums {
  __m256i of[kRows][kVectors];
};

template <int kRows>
ARGES_AVX2_INLINE void add_bytes(const std::int8_t* x, const std::byte* w, Sums<kRows>& sums) {
  const __m256i offset = _mm256_set1_epi8(-128);
  for (std::int64_t i = 0; i < kStretch; i += kQuad, w += kVectors * kLine) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const __m256i weights = _mm256_xor_si256(load(w + v * kLine), offset);
      const __m256i magnitudes = _mm256_abs_epi8(weights);
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) {
        const __m256i row = _mm256_sign_epi8(quad(x + r * kIntegerBlock + i), weights);
        const __m256i four = add_neighbours(_mm256_maddubs_epi16(magnitudes, row));
        sums.of[r][v] = _mm256_add_epi32(sums.of[r][v], four);
      }
    }
  }
}

// Eight quads of a stretch, 15 · 127 twice each, still fit 16 bits. The offset stays in.
template <int kRows>
ARGES_AVX2_INLINE void add_halves(const std::int8_t* x, const std::byte* w, Sums<kRows>& sums) {
  static_assert(kStretch / kQuad * 2 * 15 * 127 <= 32767);
  const __m256i low_halves = _mm256_set1_epi8(0x0F);
  __m256i pairs[kRows][kVectors];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) pairs[r][0] = pairs[r][1] = _mm256_setzero_si256();
  for (std::int64_t i = 0; i < kStretch; i += 2 * kQuad, w += kVectors * kLine) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const __m256i both = load(w + v * kLine);
      const __m256i low = _mm256_and_si256(both, low_halves);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), low_halves);
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) {
        const std::int8_t* row = x + r * kIntegerBlock + i;
        const __m256i first = _mm256_maddubs_epi16(low, quad(row));
        const __m256i second = _mm256_maddubs_epi16(high, quad(row + kQuad));
        pairs[r][v] = _mm256_add_epi16(pairs[r][v], _mm256_add_epi16(first, second));
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sums.of[r][v] = _mm256_add_epi32(sums.of[r][v], add_neighbours(pairs[r][v]));
    }
  }
}

template <int kBits, int kRows>
ARGES_AVX2_INLINE void add_group(const IntegerProduct& product, std::int64_t group,
                                 const std::byte* w, float* out) {
  const std::int64_t first_row = group * kRows;
  Sums<kRows> sums;
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    const int surplus = kBits == 8 ? 0 : product.x_sums[first_row + r] * product.layout.offset();
    sums.of[r][0] = sums.of[r][1] = _mm256_set1_epi32(-surplus);
  }
  const std::byte* integers = w + PanelGroups::kScaleBytes;
  const std::int64_t begin = group * product.layout.format.inputs;
  const std::int64_t end = begin + product.layout.format.inputs;
  for (std::int64_t i = begin; i < end; i += kStretch) {
    const std::int8_t* x =
        product.x + i / kIntegerBlock * kRows * kIntegerBlock + i % kIntegerBlock;
    if constexpr (kBits == 8) {
      add_bytes<kRows>(x, integers, sums);
    } else {
      add_halves<kRows>(x, integers, sums);
    }
    integers += kStretch * kPanel * kBits / 8;
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    const __m256 scale = _mm256_set1_ps(product.x_scales[first_row + r]);
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      float* sum = out + r * product.sums_step + v * kLanes;
      const __m256 scales = _mm256_loadu_ps(reinterpret_cast<const float*>(w) + v * kLanes);
      _mm256_storeu_ps(
          sum, _mm256_fmadd_ps(_mm256_mul_ps(scales, scale), _mm256_cvtepi32_ps(sums.of[r][v]),
                               _mm256_loadu_ps(sum)));
    }
  }
}

template <int kBits, int kRows>
ARGES_AVX2 void tile(const IntegerProduct& product, const std::byte* w, float* out) {
  const std::int64_t group_bytes = product.layout.group_bytes();
  for (std::int64_t group = 0; group < product.groups; ++group, w += group_bytes) {
    add_group<kBits, kRows>(product, group, w, out);
  }
}

template <int kBits, int kRows>
void rows_product(const IntegerProduct& product) {
  if (product.rows == kRows) {
    for (std::int64_t panel = 0; panel < product.panels; ++panel) {
      tile<kBits, kRows>(product, product.w + panel * product.panel_bytes,
                         product.sums + panel * kPanel);
    }
  } else if constexpr (kRows > 1) {
    rows_product<kBits, kRows - 1>(product);
  }
}

void multiply(const IntegerProduct& product) {
  if (product.layout.format.bits == 8) {
    rows_product<8, kMaxRows>(product);
  } else {
    rows_product<4, kMaxRows>(product);
  }
}

}  // namespace

const IntegerUnit* avx2_integer_unit() {
  static constexpr IntegerUnit kUnit = {
      .name = "AVX2",
      .tile_rows = kMaxRows,
      .row_step = 1,
      .rows_at_a_time = 192,
      .inputs_at_a_time = 256,
      .panels_at_once = [](std::int64_t) -> std::int64_t { return 2; },
      .multiply = multiply,
      .end = [] {},
  };
  return &kUnit;
}

}  // namespace arges::kernels::cpu

#else

namespace arges::kernels::cpu {

const IntegerUnit* avx2_integer_unit() {
  return nullptr;
}

}  // namespace arges::kernels::cpu

#endif
