// SPDX-License-Identifier: Apache-2.0
// TDPBF16PS: a tile of 16 sums by 16, over 32 inputs at once. A product is up to two tiles of rows
// by two panels, four tiles of sums. Nothing here may run before dot_units() has asked for the
// tiles.
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/panel_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>

#include "kernels/cpu/amx_tiles.h"

#define ARGES_AMX_BF16 __attribute__((target("amx-tile,amx-bf16")))

namespace arges::kernels::cpu {
namespace {

constexpr std::int64_t kMostPanels = 2;

// Which tile register holds what: sums of (upper, lower rows) by (first, second panel), then the
// operands. Macros, since they end up in the names of registers.
#define ARGES_UPPER_FIRST 0
#define ARGES_UPPER_SECOND 1
#define ARGES_LOWER_FIRST 2
#define ARGES_LOWER_SECOND 3
#define ARGES_UPPER_ROWS 4
#define ARGES_LOWER_ROWS 5
#define ARGES_FIRST_PANEL 6
#define ARGES_SECOND_PANEL 7

void shape_tiles_for(std::int64_t rows) {
  const std::int64_t upper = std::min(rows, kTileRows);
  const std::int64_t lower = rows - upper;
  TileShapes shapes;
  for (const int tile : {ARGES_UPPER_FIRST, ARGES_UPPER_SECOND, ARGES_UPPER_ROWS}) {
    shapes.set(static_cast<std::size_t>(tile), upper);
  }
  for (const int tile : {ARGES_LOWER_FIRST, ARGES_LOWER_SECOND, ARGES_LOWER_ROWS}) {
    shapes.set(static_cast<std::size_t>(tile), lower);
  }
  for (const int tile : {ARGES_FIRST_PANEL, ARGES_SECOND_PANEL}) {
    shapes.set(static_cast<std::size_t>(tile), kTileRows);
  }
  shape_tiles(shapes);
}

// The sums start from 0, or from where they were parked.
template <bool kLower, bool kSecond>
ARGES_AMX_BF16 void begin_sums(const float* upper, const float* lower, std::int64_t step) {
  _tile_loadd(ARGES_UPPER_FIRST, upper, step);
  if constexpr (kSecond) _tile_loadd(ARGES_UPPER_SECOND, upper + kPanel, step);
  if constexpr (kLower) _tile_loadd(ARGES_LOWER_FIRST, lower, step);
  if constexpr (kLower && kSecond) _tile_loadd(ARGES_LOWER_SECOND, lower + kPanel, step);
}

template <bool kLower, bool kSecond>
ARGES_AMX_BF16 void zero_sums() {
  _tile_zero(ARGES_UPPER_FIRST);
  if constexpr (kSecond) _tile_zero(ARGES_UPPER_SECOND);
  if constexpr (kLower) _tile_zero(ARGES_LOWER_FIRST);
  if constexpr (kLower && kSecond) _tile_zero(ARGES_LOWER_SECOND);
}

template <bool kLower, bool kSecond>
ARGES_AMX_BF16 void end_sums(float* upper, float* lower, std::int64_t step) {
  _tile_stored(ARGES_UPPER_FIRST, upper, step);
  if constexpr (kSecond) _tile_stored(ARGES_UPPER_SECOND, upper + kPanel, step);
  if constexpr (kLower) _tile_stored(ARGES_LOWER_FIRST, lower, step);
  if constexpr (kLower && kSecond) _tile_stored(ARGES_LOWER_SECOND, lower + kPanel, step);
}

// The product's share of a block of weights ahead, to the second-level cache: multiplying they are
// read from there, or from memory faster than the hardware alone would fetch them.
template <bool kSecond>
void bring_nearer(const WeightsAhead& ahead, const std::uint16_t* w, std::int64_t panel_step) {
  constexpr std::int64_t kLineNumbers = 32;
  for (std::int64_t line = ahead.first_line; line < ahead.last_line; ++line) {
    __builtin_prefetch(w + line * kLineNumbers, 0, 2);
    if constexpr (kSecond) __builtin_prefetch(w + panel_step + line * kLineNumbers, 0, 2);
  }
}

// One or two tiles of rows times one or two panels; `ahead` are the weights ahead of these panels.
template <bool kLower, bool kSecond>
ARGES_AMX_BF16 void tile(const DotProduct& product, const std::uint16_t* w,
                         const std::uint16_t* ahead, float* upper) {
  const std::int64_t step = product.sums_step * static_cast<std::int64_t>(sizeof(float));
  float* lower = upper + kTileRows * product.sums_step;
  if (product.resume) {
    begin_sums<kLower, kSecond>(upper, lower, step);
  } else {
    zero_sums<kLower, kSecond>();
  }
  const std::uint16_t* x = product.x;
  for (std::int64_t block = 0; block < product.blocks; ++block) {
    _tile_loadd(ARGES_FIRST_PANEL, w, kTileLine);
    _tile_loadd(ARGES_UPPER_ROWS, x, kTileLine);
    _tile_dpbf16ps(ARGES_UPPER_FIRST, ARGES_UPPER_ROWS, ARGES_FIRST_PANEL);
    if constexpr (kLower) {
      _tile_loadd(ARGES_LOWER_ROWS, x + kTileRows * kDotBlock, kTileLine);
      _tile_dpbf16ps(ARGES_LOWER_FIRST, ARGES_LOWER_ROWS, ARGES_FIRST_PANEL);
    }
    if constexpr (kSecond) {
      _tile_loadd(ARGES_SECOND_PANEL, w + product.panel_step, kTileLine);
      _tile_dpbf16ps(ARGES_UPPER_SECOND, ARGES_UPPER_ROWS, ARGES_SECOND_PANEL);
      if constexpr (kLower) {
        _tile_dpbf16ps(ARGES_LOWER_SECOND, ARGES_LOWER_ROWS, ARGES_SECOND_PANEL);
      }
    }
    if (ahead != nullptr) {
      bring_nearer<kSecond>(product.ahead, ahead, product.panel_step);
      ahead += kDotBlock * kPanel;
    }
    w += kDotBlock * kPanel;
    x += product.rows * kDotBlock;
  }
  end_sums<kLower, kSecond>(upper, lower, step);
}

template <bool kLower, bool kSecond>
void panels_at(const DotProduct& product, std::int64_t panel) {
  const std::uint16_t* ahead = product.ahead.w;
  tile<kLower, kSecond>(product, product.w + panel * product.panel_step,
                        ahead == nullptr ? nullptr : ahead + panel * product.panel_step,
                        product.sums + panel * kPanel);
}

template <bool kLower>
void all_panels(const DotProduct& product) {
  std::int64_t panel = 0;
  for (; panel + kMostPanels <= product.panels; panel += kMostPanels) {
    panels_at<kLower, true>(product, panel);
  }
  if (panel < product.panels) panels_at<kLower, false>(product, panel);
}

void multiply(const DotProduct& product) {
  settle_memory();
  shape_tiles_for(product.rows);
  if (product.rows > kTileRows) {
    all_panels<true>(product);
  } else {
    all_panels<false>(product);
  }
  settle_memory();
}

}  // namespace

const DotUnit* amx_dot_unit() {
  static constexpr DotUnit kUnit = {
      .name = "AMX_BF16",
      .tile_rows = 2 * kTileRows,
      .row_step = kTileRows,
      .rows_at_a_time = 640,
      .inputs_at_a_time = 256,
      .panels_at_once = [](std::int64_t) { return kMostPanels; },
      .multiply = multiply,
      .end = release_tiles,
  };
  return &kUnit;
}

}  // namespace arges::kernels::cpu

#else

namespace arges::kernels::cpu {

const DotUnit* amx_dot_unit() {
  return nullptr;
}

}  // namespace arges::kernels::cpu

#endif
