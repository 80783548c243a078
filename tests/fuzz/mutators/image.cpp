// SPDX-License-Identifier: Apache-2.0
// The format is told by the first byte, as the door does.
#include "tests/fuzz/mutators/jpeg.h"
#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/mutators/png.h"
#include "tests/fuzz/mutators/webp.h"

namespace arges::fuzz {

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  if (input.starts_with('\x89')) return mutate_png(input, random);
  if (input.starts_with('R')) return mutate_webp(input, random);
  return mutate_jpeg(input, random);
}

}  // namespace arges::fuzz
