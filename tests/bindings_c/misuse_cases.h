// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {

// One wrong call and the code it must be answered with. Functions without a status count as
// answered with ARGES_OK: all that is asked of them is to do no harm.
struct MisuseCase {
  std::string name;
  arges_status expected = ARGES_INVALID_ARGUMENT;
  std::function<arges_status(World&)> call;
};

// Every function × every wrong handle: null, given back, of each other kind, made up.
std::vector<MisuseCase> handle_cases();
// Every function × null for each pointer that is not a handle.
std::vector<MisuseCase> pointer_cases();
// Every struct × sizes that no version had, and tails that the library does not know.
std::vector<MisuseCase> struct_size_cases();
// Numbers and enumerations out of range.
std::vector<MisuseCase> number_cases();
// Texts that are not UTF-8, too long, or not what a path may be.
std::vector<MisuseCase> text_cases();

}  // namespace arges::bindings_test
