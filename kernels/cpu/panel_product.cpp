// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/panel_product.h"

#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/panel_product.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

// Vectors of a panel, and how many accumulators leave registers for the operands.
constexpr int kPanelVectors = static_cast<int>(kPanel / kLanes);
#if HWY_TARGET == HWY_AVX2
constexpr int kAccumulators = 12;
constexpr int kMaxRows = 6;
#elif HWY_TARGET == HWY_AVX3
constexpr int kAccumulators = 24;
constexpr int kMaxRows = 12;
#else
constexpr int kAccumulators = 24;
constexpr int kMaxRows = 6;
#endif

static_assert(kMaxRows <= kMostTileRows);

// Few rows take several panels at once: each accumulator waits four cycles for itself, so it takes
// at least eight of them to keep two multiply-add units busy.
constexpr int widest_tile(int rows) {
  int panels = 1;
  while (panels < 8 && 2 * panels * kPanelVectors <= 8 &&
         2 * panels * kPanelVectors * rows <= kAccumulators) {
    panels *= 2;
  }
  return panels;
}

HWY_INLINE FloatVec widen(const float* p) {
  return hn::LoadU(FloatTag(), p);
}

template <class Half>
HWY_INLINE FloatVec widen(const Half* p) {
  const FloatTag d;
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<Half, FloatTag>(), p));
}

// `kRows` rows times `kPanels` panels. All loops but that over the depth unroll completely, so
// that `sums` lives in registers.
template <int kRows, int kPanels, class Weight>
void tile(const PanelProduct& product, const Weight* w, float* out) {
  constexpr int kVectors = kPanels * kPanelVectors;
  const FloatTag d;
  FloatVec sums[kRows][kVectors];
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      const float* parked = out + r * product.sums_step + v * kLanes;
      sums[r][v] = product.resume ? hn::LoadU(d, parked) : hn::Zero(d);
    }
  }
  const float* x = product.x;
  for (std::int64_t i = 0; i < product.depth; ++i, x += product.x_step, w += product.w_step) {
    FloatVec weights[kVectors];
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      weights[v] =
          widen(w + (v / kPanelVectors) * product.panel_step + (v % kPanelVectors) * kLanes);
    }
    HWY_UNROLL(16)
    for (int r = 0; r < kRows; ++r) {
      const FloatVec input = hn::Set(d, x[r]);
      HWY_UNROLL(16)
      for (int v = 0; v < kVectors; ++v) {
        sums[r][v] = fused_multiply_add(input, weights[v], sums[r][v]);
      }
    }
  }
  HWY_UNROLL(16)
  for (int r = 0; r < kRows; ++r) {
    HWY_UNROLL(16)
    for (int v = 0; v < kVectors; ++v) {
      hn::StoreU(sums[r][v], d, out + r * product.sums_step + v * kLanes);
    }
  }
}

// All panels: the widest tiles first, then narrower ones for the rest.
template <int kRows, int kPanels, class Weight>
void tiles(const PanelProduct& product, std::int64_t first_panel) {
  std::int64_t panel = first_panel;
  for (; panel + kPanels <= product.panels; panel += kPanels) {
    tile<kRows, kPanels>(product,
                         static_cast<const Weight*>(product.w) + panel * product.panel_step,
                         product.sums + panel * kPanel);
  }
  if constexpr (kPanels > 1) {
    if (panel < product.panels) tiles<kRows, kPanels / 2, Weight>(product, panel);
  }
}

template <int kRows, class Weight>
void rows_product(const PanelProduct& product) {
  if (product.rows == kRows) {
    tiles<kRows, widest_tile(kRows), Weight>(product, 0);
  } else if constexpr (kRows > 1) {
    rows_product<kRows - 1, Weight>(product);
  }
}

void run_product(const PanelProduct& product) {
  switch (product.dtype) {
    case DType::kBF16:
      return rows_product<kMaxRows, hwy::bfloat16_t>(product);
    case DType::kF16:
      return rows_product<kMaxRows, hwy::float16_t>(product);
    default:
      return rows_product<kMaxRows, float>(product);
  }
}

std::int64_t tile_limit() {
  return kMaxRows;
}

std::int64_t tile_panels(std::int64_t rows) {
  return widest_tile(static_cast<int>(rows));
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_product);
HWY_EXPORT(tile_limit);
HWY_EXPORT(tile_panels);

void panel_product(const PanelProduct& product) {
  HWY_DYNAMIC_DISPATCH(run_product)(product);
}

std::int64_t max_tile_rows() {
  return HWY_DYNAMIC_DISPATCH(tile_limit)();
}

std::int64_t panels_per_tile(std::int64_t rows) {
  return HWY_DYNAMIC_DISPATCH(tile_panels)(rows);
}

}  // namespace arges::kernels::cpu
#endif
