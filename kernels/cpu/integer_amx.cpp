// SPDX-License-Identifier: Apache-2.0
// TDPBSUD: a tile of 16 sums by 16 of signed by unsigned bytes, over up to 64 inputs at once. A
// product is up to two tiles of rows by one panel; each group's integers leave the tiles to be
// scaled. Nothing here may run before integer_units() has asked for the tiles.
#include "kernels/cpu/integer_product.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>

#include "kernels/cpu/amx_tiles.h"

#define ARGES_AMX_INT8 __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw")))

namespace arges::kernels::cpu {
namespace {

// Which tile register holds what. Macros, since they end up in the names of registers.
#define ARGES_UPPER_SUMS 0
#define ARGES_LOWER_SUMS 1
#define ARGES_UPPER_ROWS 2
#define ARGES_LOWER_ROWS 3
#define ARGES_PANEL 4

static_assert(kTileLine == kPanel * kQuad && kTileLine == kIntegerBlock);

void shape_tiles_for(std::int64_t rows, std::int64_t inputs) {
  const std::int64_t upper = std::min(rows, kTileRows);
  TileShapes shapes;
  shapes.set(ARGES_UPPER_SUMS, upper);
  shapes.set(ARGES_LOWER_SUMS, rows - upper);
  shapes.set(ARGES_UPPER_ROWS, upper, inputs);
  shapes.set(ARGES_LOWER_ROWS, rows - upper, inputs);
  shapes.set(ARGES_PANEL, inputs / kQuad);
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

// The integer sums of one group for all rows, [rows, 16].
template <bool kLower>
ARGES_AMX_INT8 void group_sums(const std::int8_t* x, const std::byte* w, std::int32_t* sums) {
  _tile_zero(ARGES_UPPER_SUMS);
  _tile_loadd(ARGES_PANEL, w, kTileLine);
  _tile_loadd(ARGES_UPPER_ROWS, x, kIntegerBlock);
  _tile_dpbsud(ARGES_UPPER_SUMS, ARGES_UPPER_ROWS, ARGES_PANEL);
  _tile_stored(ARGES_UPPER_SUMS, sums, kTileLine);
  if constexpr (kLower) {
    _tile_zero(ARGES_LOWER_SUMS);
    _tile_loadd(ARGES_LOWER_ROWS, x + kTileRows * kIntegerBlock, kIntegerBlock);
    _tile_dpbsud(ARGES_LOWER_SUMS, ARGES_LOWER_ROWS, ARGES_PANEL);
    _tile_stored(ARGES_LOWER_SUMS, sums + kTileRows * kPanel, kTileLine);
  }
}

// Takes off what the offset of the weights added, and adds the group to the sums.
ARGES_AMX_INT8 void scale_group(const IntegerProduct& product, std::int64_t group,
                                const std::byte* w, const std::int32_t* integers, float* out) {
  const __m512 scales = _mm512_loadu_ps(w);
  for (std::int64_t r = 0; r < product.rows; ++r, out += product.sums_step) {
    const std::int64_t at = group * product.rows + r;
    const __m512i surplus = _mm512_set1_epi32(product.x_sums[at] * product.layout.offset());
    const __m512i sum = _mm512_sub_epi32(_mm512_loadu_si512(integers + r * kPanel), surplus);
    const __m512 scale = _mm512_mul_ps(scales, _mm512_set1_ps(product.x_scales[at]));
    _mm512_storeu_ps(out, _mm512_fmadd_ps(scale, to_floats(sum), _mm512_loadu_ps(out)));
  }
}

template <bool kLower>
void panel_product(const IntegerProduct& product, const std::byte* w, float* out) {
  alignas(64) std::int32_t sums[2 * kTileRows * kPanel];
  alignas(64) std::byte bytes[kMostGroupInputs * kPanel];
  const std::int64_t inputs = product.layout.format.inputs;
  for (std::int64_t group = 0; group < product.groups; ++group) {
    const std::int64_t first = group * inputs;
    const std::int8_t* x =
        product.x + first / kIntegerBlock * product.rows * kIntegerBlock + first % kIntegerBlock;
    const std::byte* integers = w + PanelGroups::kScaleBytes;
    if (product.layout.format.bits == 4) {
      widen(integers, inputs, bytes);
      integers = bytes;
    }
    settle_memory(integers);
    group_sums<kLower>(x, integers, sums);
    settle_memory(sums);
    scale_group(product, group, w, sums, out);
    w += product.layout.group_bytes();
  }
}

void multiply(const IntegerProduct& product) {
  shape_tiles_for(product.rows, product.layout.format.inputs);
  for (std::int64_t panel = 0; panel < product.panels; ++panel) {
    const std::byte* w = product.w + panel * product.panel_bytes;
    float* sums = product.sums + panel * kPanel;
    if (product.rows > kTileRows) {
      panel_product<true>(product, w, sums);
    } else {
      panel_product<false>(product, w, sums);
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
      .panels_at_once = [](std::int64_t) -> std::int64_t { return 2; },
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
