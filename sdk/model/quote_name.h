// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace arges::sdk {

// A name that came from a file, ready for a message: in double quotes, cut to 120 bytes, every
// byte outside printable ASCII replaced, so that a file cannot write to a terminal.
std::string quote_name(std::string_view name);

}  // namespace arges::sdk
