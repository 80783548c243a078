// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "kernels/base/thread_pool.h"
#include "vision/decode/image.h"

namespace arges::vision {

// Bicubic scaling, byte for byte Image.resize(size, BICUBIC) of Pillow 13 on RGB: kernel a = −0.5,
// widened when scaling down, weights in 22-bit fixed point, a pass along each side, each rounded
// and clipped to 8 bits (design.md §6). Columns are scaled first, except where Pillow 13 has the
// rows first. Rows are shared among the pool's threads when there is one; the result does not
// depend on it. Errors: INVALID_ARGUMENT for an empty picture or size, OUT_OF_MEMORY_HOST.
Result<Image> resize_bicubic(const Image& image, int height, int width, ThreadPool* pool);

}  // namespace arges::vision
