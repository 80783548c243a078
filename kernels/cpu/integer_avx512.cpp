// SPDX-License-Identifier: Apache-2.0
// VPDPBUSD: sixteen sums, each of four products a step, exact. Intrinsics, since Highway 1.0.3
// takes other flags for the target that has it; nothing here may run before integer_units() has
// said that the processor has it.
#include "kernels/cpu/integer_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#define ARGES_AVX512_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))
// What holds its sums in registers of the function that calls it.
#define ARGES_AVX512_VNNI_INLINE \
  __attribute__((always_inline, target("avx512f,avx512bw,avx512vnni"))) inline

namespace arges::kernels::cpu {
namespace {

// Sums in registers; those and the operands fit below 32. Six rows by four panels take fewer loads
// a product than twelve by two, and were faster.
constexpr int kAccumulators = 24;
constexpr int kNarrowAccumulators = 12;  // of 4 bits, whose halves take registers too
constexpr int kMaxRows = 6;
constexpr int kMostPanels = 8;
constexpr std::int64_t kLine = 64;  // bytes of a vector

constexpr int widest_tile(int rows, int bits = 8) {
  const int accumulators = bits == 8 ? kAccumulators : kNarrowAccumulators;
  int panels = 1;
  while (panels < kMostPanels && 2 * panels * rows <= accumulators) panels *= 2;
  return panels;
}

// The plain intrinsic makes gcc 12 warn of a value of its own that it does not read.
ARGES_AVX512_VNNI_INLINE __m512 to_floats(__m512i integers) {
  return _mm512_maskz_cvtepi32_ps(0xFFFF, integers);
}

// Four inputs of a row for all outputs.
ARGES_AVX512_VNNI_INLINE __m512i quad(const std::int8_t* x) {
  int inputs = 0;
  std::memcpy(&inputs, x, sizeof inputs);
  return _mm512_set1_epi32(inputs);
}

// _mm512_dpbusd_epi32(sum, unsigned_bytes, signed_bytes), in place: gcc 12 copies the intrinsic's
// sums back and forth, and then has no registers for them.
ARGES_AVX512_VNNI_INLINE void add_products(__m512i& sum, __m512i unsigned_bytes,
                                           __m512i signed_bytes) {
  __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(unsigned_bytes), "v"(signed_bytes));
}

template <int kRows, int kPanels>
struct Sums {
  __m512i of[kRows][kPanels];
};

// One quad of inputs of every row, times that of every panel.
template <int kRows, int kPanels>
ARGES_AVX512_VNNI_INLINE void add_quad(const std::int8_t* x, const __m512i* weights,
                                       Sums<kRows, kPanels>& sums) {
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    const __m512i row = quad(x + r * kIntegerBlock);
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) {
      add_products(sums.of[r][p], weights[p], row);
    }
  }
}

// The integers of a group; `w` is the first panel's.
template <int kBits, int kRows, int kPanels>
ARGES_AVX512_VNNI_INLINE void add_integers(const std::int8_t* x, const std::byte* w,
                                           const IntegerProduct& product,
                                           Sums<kRows, kPanels>& sums) {
  constexpr std::int64_t kStep = kBits == 8 ? kQuad : 2 * kQuad;  // inputs of a line of weights
  const __m512i low_halves = _mm512_set1_epi8(0x0F);
  const std::int8_t* const end = x + product.layout.format.inputs;
  for (; x != end; x += kStep, w += kLine) {
    __m512i weights[kPanels];
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) weights[p] = _mm512_loadu_si512(w + p * product.panel_bytes);
    if constexpr (kBits == 8) {
      add_quad<kRows, kPanels>(x, weights, sums);
    } else {
      __m512i halves[kPanels];
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) halves[p] = _mm512_and_si512(weights[p], low_halves);
      add_quad<kRows, kPanels>(x, halves, sums);
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) {
        halves[p] = _mm512_and_si512(_mm512_srli_epi16(weights[p], 4), low_halves);
      }
      add_quad<kRows, kPanels>(x + kQuad, halves, sums);
    }
  }
}

// One group of a tile. The integer sums start below zero by what the offset of the weights adds.
template <int kBits, int kRows, int kPanels>
ARGES_AVX512_VNNI_INLINE void add_group(const IntegerProduct& product, std::int64_t group,
                                        const std::byte* w, float* out) {
  const std::int64_t first_row = group * kRows;
  Sums<kRows, kPanels> sums;
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    const int surplus = product.x_sums[first_row + r] * product.layout.offset();
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) sums.of[r][p] = _mm512_set1_epi32(-surplus);
  }
  const std::int64_t first = group * product.layout.format.inputs;
  const std::int8_t* x =
      product.x + first / kIntegerBlock * kRows * kIntegerBlock + first % kIntegerBlock;
  add_integers<kBits, kRows, kPanels>(x, w + PanelGroups::kScaleBytes, product, sums);
  __m512 scales[kPanels];
#pragma GCC unroll 8
  for (int p = 0; p < kPanels; ++p) scales[p] = _mm512_loadu_ps(w + p * product.panel_bytes);
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    const __m512 scale = _mm512_set1_ps(product.x_scales[first_row + r]);
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) {
      float* sum = out + r * product.sums_step + p * kPanel;
      _mm512_storeu_ps(sum, _mm512_fmadd_ps(_mm512_mul_ps(scales[p], scale),
                                            to_floats(sums.of[r][p]), _mm512_loadu_ps(sum)));
    }
  }
}

template <int kBits, int kRows, int kPanels>
ARGES_AVX512_VNNI void tile(const IntegerProduct& product, const std::byte* w, float* out) {
  const std::int64_t group_bytes = product.layout.group_bytes();
  for (std::int64_t group = 0; group < product.groups; ++group, w += group_bytes) {
    add_group<kBits, kRows, kPanels>(product, group, w, out);
  }
}

// All panels: the widest tiles first, then narrower ones for the rest.
template <int kBits, int kRows, int kPanels>
void tiles(const IntegerProduct& product, std::int64_t panel) {
  for (; panel + kPanels <= product.panels; panel += kPanels) {
    tile<kBits, kRows, kPanels>(product, product.w + panel * product.panel_bytes,
                                product.sums + panel * kPanel);
  }
  if constexpr (kPanels > 1) {
    if (panel < product.panels) tiles<kBits, kRows, kPanels / 2>(product, panel);
  }
}

template <int kBits, int kRows>
void rows_product(const IntegerProduct& product) {
  if (product.rows == kRows) {
    tiles<kBits, kRows, widest_tile(kRows, kBits)>(product, 0);
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

const IntegerUnit* avx512_integer_unit() {
  static constexpr IntegerUnit kUnit = {
      .name = "AVX512_VNNI",
      .tile_rows = kMaxRows,
      .row_step = 1,
      .rows_at_a_time = 192,
      .inputs_at_a_time = 256,
      .panels_at_once = [](std::int64_t rows) -> std::int64_t {
        return widest_tile(static_cast<int>(rows));
      },
      .multiply = multiply,
      .end = [] {},
  };
  return &kUnit;
}

}  // namespace arges::kernels::cpu

#else

namespace arges::kernels::cpu {

const IntegerUnit* avx512_integer_unit() {
  return nullptr;
}

}  // namespace arges::kernels::cpu

#endif
