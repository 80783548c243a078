// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace arges {

// A name from outside (a file's content, a path, an option), ready for a message: in double
// quotes, cut after at most 120 bytes between two code points, with '…' where it was cut. UTF-8
// stays as it is; every byte that is not UTF-8 and every character that could steer a terminal
// (control characters, those that hide or reorder what follows) becomes '?', and so does '"'.
std::string quote_name(std::string_view name);

}  // namespace arges
