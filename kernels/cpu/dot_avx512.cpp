// SPDX-License-Identifier: Apache-2.0
// VDPBF16PS: sixteen sums, each of two products a step. Intrinsics, since Highway 1.0.3 has no name
// for it; nothing here may run before dot_units() has said that the processor has it.
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/panel_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define ARGES_AVX512_BF16 __attribute__((target("avx512f,avx512bf16")))

namespace arges::kernels::cpu {
namespace {

// Sums in registers; eight and the operands fit below 32, and a unit's six cycles are hidden by 12.
constexpr int kAccumulators = 24;
constexpr int kMaxRows = 12;
constexpr int kMostPanels = 8;
constexpr std::int64_t kPairs = kDotBlock / 2;

constexpr int widest_tile(int rows) {
  int panels = 1;
  while (panels < kMostPanels && 2 * panels * rows <= kAccumulators) panels *= 2;
  return panels;
}

// `kRows` rows times `kPanels` panels. The loops over rows and panels unroll completely, so that
// `sums` lives in registers.
template <int kRows, int kPanels>
ARGES_AVX512_BF16 void tile(const DotProduct& product, const std::uint16_t* w, float* out) {
  __m512 sums[kRows][kPanels];
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) {
      const float* parked = out + r * product.sums_step + p * kPanel;
      sums[r][p] = product.resume ? _mm512_loadu_ps(parked) : _mm512_setzero_ps();
    }
  }
  const std::uint16_t* x = product.x;
  for (std::int64_t block = 0; block < product.blocks; ++block, x += kRows * kDotBlock) {
    for (std::int64_t pair = 0; pair < kPairs; ++pair, w += 2 * kPanel) {
      __m512i weights[kPanels];
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) {
        weights[p] = _mm512_loadu_si512(w + p * product.panel_step);
      }
#pragma GCC unroll 12
      for (int r = 0; r < kRows; ++r) {
        int inputs = 0;
        std::memcpy(&inputs, x + r * kDotBlock + 2 * pair, sizeof inputs);
        const __m512i row = _mm512_set1_epi32(inputs);
#pragma GCC unroll 8
        for (int p = 0; p < kPanels; ++p) {
          sums[r][p] = _mm512_dpbf16_ps(sums[r][p], (__m512bh)row, (__m512bh)weights[p]);
        }
      }
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int p = 0; p < kPanels; ++p) {
      _mm512_storeu_ps(out + r * product.sums_step + p * kPanel, sums[r][p]);
    }
  }
}

// All panels: the widest tiles first, then narrower ones for the rest.
template <int kRows, int kPanels>
void tiles(const DotProduct& product, std::int64_t panel) {
  for (; panel + kPanels <= product.panels; panel += kPanels) {
    tile<kRows, kPanels>(product, product.w + panel * product.panel_step,
                         product.sums + panel * kPanel);
  }
  if constexpr (kPanels > 1) {
    if (panel < product.panels) tiles<kRows, kPanels / 2>(product, panel);
  }
}

template <int kRows>
void rows_product(const DotProduct& product) {
  if (product.rows == kRows) {
    tiles<kRows, widest_tile(kRows)>(product, 0);
  } else if constexpr (kRows > 1) {
    rows_product<kRows - 1>(product);
  }
}

}  // namespace

const DotUnit* avx512_dot_unit() {
  static constexpr DotUnit kUnit = {
      .name = "AVX512_BF16",
      .tile_rows = kMaxRows,
      .row_step = 1,
      .rows_at_a_time = 192,
      .inputs_at_a_time = 256,
      .panels_at_once = [](std::int64_t rows) -> std::int64_t {
        return widest_tile(static_cast<int>(rows));
      },
      .multiply = rows_product<kMaxRows>,
      .end = [] {},
  };
  return &kUnit;
}

}  // namespace arges::kernels::cpu

#else

namespace arges::kernels::cpu {

const DotUnit* avx512_dot_unit() {
  return nullptr;
}

}  // namespace arges::kernels::cpu

#endif
