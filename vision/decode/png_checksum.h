// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/status.h"
#include "vision/decode/byte_reader.h"

namespace arges::vision {

// CRC-32 as PNG defines it (ISO 3309, reflected polynomial 0xEDB88320).
std::uint32_t png_crc(Bytes bytes);

// Ok when every chunk up to IEND is whole and its CRC holds, so that all builds refuse the same
// damaged files, whatever their library forgives.
// Errors: IMAGE_DECODE.
Status check_png_checksums(Bytes bytes);

}  // namespace arges::vision
