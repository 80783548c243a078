// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/support/random.h"

namespace arges::fuzz {

// The bytes after libFuzzer's own mutations (bit flips, dictionary, values seen in comparisons); at
// most `growth` more.
std::string mutate_bytes(std::string bytes, Random& random, std::size_t growth = 64);

// Defined once for each target, in its mutator's file: one change of an input that knows the
// format. Any input must be accepted, damaged ones too.
std::string mutate_input(std::string_view input, std::size_t max_size, Random& random);

}  // namespace arges::fuzz
