// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/dtype.h"

namespace arges::sdk {

// Widens elements of F32, BF16 or F16, at any alignment, to fp32; exact. Other types give zeros.
// Precondition: out has one element for each in bytes.
void widen_to_f32(std::span<const std::byte> bytes, DType dtype, std::span<float> out);

}  // namespace arges::sdk
