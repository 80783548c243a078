// SPDX-License-Identifier: Apache-2.0
// TDPBF16PS: a tile of 16 sums by 16, over 32 inputs at once. A product is up to two tiles of rows
// by two panels, four tiles of sums. Nothing here may run before dot_units() has asked for the
// tiles.
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/panel_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>

#define ARGES_AMX_BF16 __attribute__((target("amx-tile,amx-bf16")))

namespace arges::kernels::cpu {
namespace {

constexpr std::int64_t kTileRows = 16;
constexpr std::int64_t kMostPanels = 2;
constexpr std::int64_t kLineBytes = 64;  // a row of any tile

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

// Shapes of the eight tiles, as the processor reads them; a tile of no rows must not be used.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes{};
  std::array<std::uint8_t, 16> rows{};

  void set(std::size_t tile, std::int64_t height) {
    row_bytes[tile] = height == 0 ? 0 : kLineBytes;
    rows[tile] = static_cast<std::uint8_t>(height);
  }
};
static_assert(sizeof(TileShapes) == 64);

// The rows of a product that this thread's tiles have the shape for; 0: none.
thread_local std::int64_t shaped_rows = 0;

// gcc's intrinsics do not say which memory they read and write: what was written before is in
// memory now, and what is read later is read there.
inline void settle_memory(const void* address = nullptr) {
  __asm__ volatile("" : : "r"(address) : "memory");
}

ARGES_AMX_BF16 void shape_tiles(std::int64_t rows) {
  if (rows == shaped_rows) return;
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
  settle_memory(&shapes);
  _tile_loadconfig(&shapes);
  shaped_rows = rows;
}

// A thread that keeps shaped tiles pays for them at every switch.
ARGES_AMX_BF16 void release_tiles() {
  if (shaped_rows == 0) return;
  _tile_release();
  shaped_rows = 0;
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

// One or two tiles of rows times one or two panels.
template <bool kLower, bool kSecond>
ARGES_AMX_BF16 void tile(const DotProduct& product, const std::uint16_t* w, float* upper) {
  const std::int64_t step = product.sums_step * static_cast<std::int64_t>(sizeof(float));
  float* lower = upper + kTileRows * product.sums_step;
  if (product.resume) {
    begin_sums<kLower, kSecond>(upper, lower, step);
  } else {
    zero_sums<kLower, kSecond>();
  }
  const std::uint16_t* x = product.x;
  for (std::int64_t block = 0; block < product.blocks; ++block) {
    _tile_loadd(ARGES_FIRST_PANEL, w, kLineBytes);
    _tile_loadd(ARGES_UPPER_ROWS, x, kLineBytes);
    _tile_dpbf16ps(ARGES_UPPER_FIRST, ARGES_UPPER_ROWS, ARGES_FIRST_PANEL);
    if constexpr (kLower) {
      _tile_loadd(ARGES_LOWER_ROWS, x + kTileRows * kDotBlock, kLineBytes);
      _tile_dpbf16ps(ARGES_LOWER_FIRST, ARGES_LOWER_ROWS, ARGES_FIRST_PANEL);
    }
    if constexpr (kSecond) {
      _tile_loadd(ARGES_SECOND_PANEL, w + product.panel_step, kLineBytes);
      _tile_dpbf16ps(ARGES_UPPER_SECOND, ARGES_UPPER_ROWS, ARGES_SECOND_PANEL);
      if constexpr (kLower) {
        _tile_dpbf16ps(ARGES_LOWER_SECOND, ARGES_LOWER_ROWS, ARGES_SECOND_PANEL);
      }
    }
    w += kDotBlock * kPanel;
    x += product.rows * kDotBlock;
  }
  end_sums<kLower, kSecond>(upper, lower, step);
}

template <bool kLower>
void all_panels(const DotProduct& product) {
  std::int64_t panel = 0;
  for (; panel + kMostPanels <= product.panels; panel += kMostPanels) {
    tile<kLower, true>(product, product.w + panel * product.panel_step,
                       product.sums + panel * kPanel);
  }
  if (panel < product.panels) {
    tile<kLower, false>(product, product.w + panel * product.panel_step,
                        product.sums + panel * kPanel);
  }
}

void multiply(const DotProduct& product) {
  settle_memory();
  shape_tiles(product.rows);
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
      .inputs_at_a_time = 512,
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
