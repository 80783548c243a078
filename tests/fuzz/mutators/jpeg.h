// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// One change of a JPEG file by segments, whose lengths are made right again, most of the time; or
// of the data of a scan.
std::string mutate_jpeg(std::string_view file, Random& random);

}  // namespace arges::fuzz
