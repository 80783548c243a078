// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace arges::cli {

// The processor's name as the system gives it; "unknown processor" where it gives none.
std::string cpu_model();

// The instruction set the vectorised kernels use here, in Highway's words, e.g. "AVX3".
std::string kernel_target();

}  // namespace arges::cli
