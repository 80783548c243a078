// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "vision/decode/image.h"
#include "vision/decode/limits.h"

namespace arges::vision {

// The door for pictures. All functions are pure, may be called from any thread at once,
// keep no reference to their input, and work on the calling thread until done.

// A PNG, JPEG or WebP file to upright RGB. The format is told by the first bytes alone. EXIF
// orientation (JPEG APP1, PNG eXIf, WebP EXIF) is applied; 16-bit samples keep their high byte;
// transparency is laid over limits.background; colour profiles and gamma are ignored, as Pillow's
// convert("RGB") does. Damaged or unfinished files are refused, bytes after the picture's end are
// ignored. `stop` is asked before and behind the reading of the pixels; of a PNG also at each row
// and of a JPEG at each row of blocks of each scan, both in the native build alone.
// Errors: IMAGE_DECODE, OUT_OF_MEMORY_HOST, those of `stop`.
Result<Image> decode_image(std::span<const std::byte> bytes, const ImageLimits& limits,
                           const StopCheck& stop = never_stop());

// The size that decode_image would return, from the header alone: enough for a plan, and no
// promise that the rest of the file is sound. Applies the same limits. Errors: IMAGE_DECODE.
Result<ImageSize> probe_image(std::span<const std::byte> bytes, const ImageLimits& limits);

// Pixels that the caller already has, copied to RGB. `data` is the first byte of the top row and
// `stride_bytes` the distance between rows, at least a row: width × channels, or 4 × ⌈width / 2⌉
// for kYuyv; the caller vouches that (height − 1) × stride_bytes and a row can be read. Alpha (not
// premultiplied) is laid over limits.background. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY_HOST.
Result<Image> image_from_pixels(const std::uint8_t* data, int width, int height,
                                std::size_t stride_bytes, PixelFormat format,
                                const ImageLimits& limits);

// The same for a frame of two planes. Chroma is not smoothed: its samples hold for their 2 by 2
// pixels. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY_HOST.
Result<Image> image_from_nv12(const Nv12Frame& frame, const ImageLimits& limits);

}  // namespace arges::vision
