// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arges::cli {

// A whole file. Throws Failure, naming the path.
std::string read_file(const std::string& path);

// Whitespace-separated decimal ids, as token lists are written in files and on the command line.
// Throws Failure, naming `where`, for anything else.
std::vector<std::int32_t> parse_ids(const std::string& text, const std::string& where);

}  // namespace arges::cli
