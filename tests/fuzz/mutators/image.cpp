// SPDX-License-Identifier: Apache-2.0
// The format is told by the first byte, as the door does.
#include "tests/fuzz/mutators/jpeg.h"
#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/mutators/png.h"

namespace arges::fuzz {

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  return input.starts_with('\x89') ? mutate_png(input, random) : mutate_jpeg(input, random);
}

}  // namespace arges::fuzz
