// SPDX-License-Identifier: Apache-2.0
// TDPBSUD: a tile of 16 sums by 16 of signed by unsigned bytes, over up to 64 inputs at once: a
// group. Its integers leave the tiles to be scaled, which takes longer than the product: they do so
// for several groups together, whose fp32 sums stay in vector registers meanwhile. Nothing here may
// run before integer_units() has asked for the tiles.
#include "kernels/cpu/integer_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>

#include "kernels/cpu/amx_tiles.h"

#define ARGES_AMX_INT8 __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw")))

namespace arges::kernels::cpu {
namespace {

// Groups whose integer sums wait together: [groups, 16, 16] of a tile of rows, 8 KiB.
constexpr std::int64_t kMostGroups = 8;
constexpr std::int64_t kGroupSums = kTileRows * kPanel;

// Which tile register holds what: sums and panels of even and odd groups, so that one group need
// not wait for the other. Macros, since they end up in the names of registers.
#define ARGES_UPPER_EVEN_SUMS 0
#define ARGES_UPPER_ODD_SUMS 1
#define ARGES_LOWER_EVEN_SUMS 2
#define ARGES_LOWER_ODD_SUMS 3
#define ARGES_UPPER_ROWS 4
#define ARGES_LOWER_ROWS 5
#define ARGES_EVEN_PANEL 6
#define ARGES_ODD_PANEL 7

static_assert(kTileLine == kPanel * kQuad && kTileLine == kIntegerBlock);

void shape_tiles_for(std::int64_t rows, std::int64_t inputs) {
  const std::int64_t upper = std::min(rows, kTileRows);
  TileShapes shapes;
  for (const int sums : {ARGES_UPPER_EVEN_SUMS, ARGES_UPPER_ODD_SUMS}) {
    shapes.set(static_cast<std::size_t>(sums), upper);
  }
  for (const int sums : {ARGES_LOWER_EVEN_SUMS, ARGES_LOWER_ODD_SUMS}) {
    shapes.set(static_cast<std::size_t>(sums), rows - upper);
  }
  shapes.set(ARGES_UPPER_ROWS, upper, inputs);
  shapes.set(ARGES_LOWER_ROWS, rows - upper, inputs);
  shapes.set(ARGES_EVEN_PANEL, inputs / kQuad);
  shapes.set(ARGES_ODD_PANEL, inputs / kQuad);
  shape_tiles(shapes);
}

// The plain intrinsic makes gcc 12 warn of a value of its own that it does not read.
ARGES_AMX_INT8 __m512 to_floats(__m512i integers) {
  return _mm512_maskz_cvtepi32_ps(0xFFFF, integers);
}

// A group's halves of bytes, a byte each.
ARGES_AMX_INT8 void widen(const std::byte* halves, std::int64_t inputs, std::byte* bytes) {
  const __m512i low_halves = _mm512_set1_epi8(0x0F);
  for (std::int64_t i = 0; i < inputs;
       i += 2 * kQuad, halves += kTileLine, bytes += 2 * kTileLine) {
    const __m512i both = _mm512_loadu_si512(halves);
    _mm512_storeu_si512(bytes, _mm512_and_si512(both, low_halves));
    _mm512_storeu_si512(bytes + kTileLine,
                        _mm512_and_si512(_mm512_srli_epi16(both, 4), low_halves));
  }
}

// Some neighbouring groups of a product: what all its panels need of them.
struct Groups {
  const IntegerProduct& product;
  std::int64_t first;
  std::int64_t count;
  const std::int32_t* surplus;  // what the offset of the weights adds, of (g, r) at [g · rows + r]

  std::int64_t inputs() const { return product.layout.format.inputs; }
  const std::int8_t* x(std::int64_t group) const {
    const std::int64_t input = (first + group) * inputs();
    return product.x + input / kIntegerBlock * product.rows * kIntegerBlock + input % kIntegerBlock;
  }
};

// Where one panel's integers lie, a byte each, and its scales.
struct PanelBytes {
  const std::byte* integers;
  std::int64_t step;  // from group to group
  const std::byte* scales;
  std::int64_t scales_step;
};

#define ARGES_GROUP_SUMS(SUMS, ROWS, PANEL, x, w, sums) \
  do {                                                  \
    _tile_zero(SUMS);                                   \
    _tile_loadd(PANEL, w, kTileLine);                   \
    _tile_loadd(ROWS, x, kIntegerBlock);                \
    _tile_dpbsud(SUMS, ROWS, PANEL);                    \
    _tile_stored(SUMS, sums, kTileLine);                \
  } while (false)

// The integer sums of one group of a tile of rows, [16, 16].
template <bool kLower>
ARGES_AMX_INT8 void even_group(const std::int8_t* x, const std::byte* w, std::int32_t* sums) {
  if constexpr (kLower) {
    ARGES_GROUP_SUMS(ARGES_LOWER_EVEN_SUMS, ARGES_LOWER_ROWS, ARGES_EVEN_PANEL, x, w, sums);
  } else {
    ARGES_GROUP_SUMS(ARGES_UPPER_EVEN_SUMS, ARGES_UPPER_ROWS, ARGES_EVEN_PANEL, x, w, sums);
  }
}

template <bool kLower>
ARGES_AMX_INT8 void odd_group(const std::int8_t* x, const std::byte* w, std::int32_t* sums) {
  if constexpr (kLower) {
    ARGES_GROUP_SUMS(ARGES_LOWER_ODD_SUMS, ARGES_LOWER_ROWS, ARGES_ODD_PANEL, x, w, sums);
  } else {
    ARGES_GROUP_SUMS(ARGES_UPPER_ODD_SUMS, ARGES_UPPER_ROWS, ARGES_ODD_PANEL, x, w, sums);
  }
}

template <bool kLower>
void group_sums(const Groups& groups, const PanelBytes& panel, std::int32_t* sums) {
  constexpr std::int64_t kFirst = kLower ? kTileRows * kIntegerBlock : 0;
  settle_memory(panel.integers);
  for (std::int64_t g = 0; g < groups.count; ++g) {
    const std::int8_t* x = groups.x(g) + kFirst;
    const std::byte* w = panel.integers + g * panel.step;
    if (g % 2 == 0) {
      even_group<kLower>(x, w, sums + g * kGroupSums);
    } else {
      odd_group<kLower>(x, w, sums + g * kGroupSums);
    }
  }
  settle_memory(sums);
}

// Takes off the surplus and adds the groups to the sums of kRows rows, from `first_row` on.
template <int kRows>
ARGES_AMX_INT8 void scale_groups(const Groups& groups, const PanelBytes& panel,
                                 std::int64_t first_row, const std::int32_t* integers, float* out) {
  const std::int64_t rows = groups.product.rows;
  const std::int64_t step = groups.product.sums_step;
  __m512 sums[kRows];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) sums[r] = _mm512_loadu_ps(out + r * step);
  for (std::int64_t g = 0; g < groups.count; ++g) {
    const __m512 scales = _mm512_loadu_ps(panel.scales + g * panel.scales_step);
    const float* x_scales = groups.product.x_scales + (groups.first + g) * rows + first_row;
    const std::int32_t* surplus = groups.surplus + g * rows + first_row;
    const std::int32_t* from = integers + g * kGroupSums;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const __m512i sum =
          _mm512_sub_epi32(_mm512_loadu_si512(from + r * kPanel), _mm512_set1_epi32(surplus[r]));
      const __m512 scale = _mm512_mul_ps(scales, _mm512_set1_ps(x_scales[r]));
      sums[r] = _mm512_fmadd_ps(scale, to_floats(sum), sums[r]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) _mm512_storeu_ps(out + r * step, sums[r]);
}

template <int kRows>
void scale_rows(std::int64_t rows, const Groups& groups, const PanelBytes& panel,
                std::int64_t first_row, const std::int32_t* integers, float* out) {
  if (rows == kRows) {
    scale_groups<kRows>(groups, panel, first_row, integers, out);
  } else if constexpr (kRows > 1) {
    scale_rows<kRows - 1>(rows, groups, panel, first_row, integers, out);
  }
}

template <bool kLower>
void add_rows(const Groups& groups, const PanelBytes& panel, float* out) {
  alignas(64) std::int32_t sums[kMostGroups * kGroupSums];
  constexpr std::int64_t kFirst = kLower ? kTileRows : 0;
  const std::int64_t rows = std::min(groups.product.rows - kFirst, kTileRows);
  group_sums<kLower>(groups, panel, sums);
  scale_rows<kTileRows>(rows, groups, panel, kFirst, sums, out + kFirst * groups.product.sums_step);
}

// Some groups of one panel; `w` is the first of them.
void add_panel(const Groups& groups, const std::byte* w, float* out) {
  alignas(64) std::byte bytes[kMostGroups * kMostGroupInputs * kPanel];
  const std::int64_t step = groups.product.layout.group_bytes();
  PanelBytes panel{w + PanelGroups::kScaleBytes, step, w, step};
  if (groups.product.layout.format.bits == 4) {
    const std::int64_t widened = groups.inputs() * kPanel;
    for (std::int64_t g = 0; g < groups.count; ++g) {
      widen(panel.integers + g * step, groups.inputs(), bytes + g * widened);
    }
    panel.integers = bytes;
    panel.step = widened;
  }
  add_rows<false>(groups, panel, out);
  if (groups.product.rows > kTileRows) add_rows<true>(groups, panel, out);
}

void multiply(const IntegerProduct& product) {
  shape_tiles_for(product.rows, product.layout.format.inputs);
  std::int32_t surplus[kMostGroups * 2 * kTileRows];
  for (std::int64_t first = 0; first < product.groups; first += kMostGroups) {
    const std::int64_t count = std::min(kMostGroups, product.groups - first);
    for (std::int64_t i = 0; i < count * product.rows; ++i) {
      surplus[i] = product.x_sums[first * product.rows + i] * product.layout.offset();
    }
    const Groups groups{product, first, count, surplus};
    for (std::int64_t panel = 0; panel < product.panels; ++panel) {
      add_panel(groups,
                product.w + panel * product.panel_bytes + first * product.layout.group_bytes(),
                product.sums + panel * kPanel);
    }
  }
}

}  // namespace

const IntegerUnit* amx_integer_unit() {
  static constexpr IntegerUnit kUnit = {
      .name = "AMX_INT8",
      .tile_rows = 2 * kTileRows,
      .row_step = kTileRows,
      .rows_at_a_time = 640,
      .inputs_at_a_time = 512,
      .panels_at_once = [](std::int64_t) -> std::int64_t { return 8; },
      .multiply = multiply,
      .end = release_tiles,
  };
  return &kUnit;
}

}  // namespace arges::kernels::cpu

#else

namespace arges::kernels::cpu {

const IntegerUnit* amx_integer_unit() {
  return nullptr;
}

}  // namespace arges::kernels::cpu

#endif
