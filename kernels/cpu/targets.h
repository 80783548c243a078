// SPDX-License-Identifier: Apache-2.0
#pragma once

// Included before any Highway header. Every enabled target compiles every vectorised file once
// more, so only those that pay are kept: scalar (the x86-64 baseline), AVX2, AVX-512 and NEON.
// The linear map must be fused on every target (kernels/README.md), which SSE4 cannot do fast; and
// SVE's vectors, having no size, cannot be the arrays of accumulators of panel_product.cpp.
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
