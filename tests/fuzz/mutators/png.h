// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// One change of a PNG file by chunks, or of the pixels behind its compression; checksums are made
// right again, most of the time.
std::string mutate_png(std::string_view file, Random& random);

}  // namespace arges::fuzz
