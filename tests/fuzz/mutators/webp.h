// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// One change of a WebP file by its RIFF chunks, whose lengths are made right again, most of the
// time; of the sizes that it declares; or of a picture's data.
std::string mutate_webp(std::string_view file, Random& random);

}  // namespace arges::fuzz
