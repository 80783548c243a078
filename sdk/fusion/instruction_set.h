// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kernels/base/dtype.h"

namespace arges::sdk {

// The instruction set that the vectorised kernels use on this processor, by its name in Highway
// ("AVX2", "AVX3_ZEN4", …).
std::string kernel_instruction_set();

// The unit that multiplies rows of bf16 ("AMX_BF16", …) or of i8 ("AVX512_VNNI", …). Precondition:
// there is one.
std::string unit_instruction_set(DType rows);

}  // namespace arges::sdk
