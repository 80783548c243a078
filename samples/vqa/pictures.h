// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace arges::vqa {

// The picture files that the paths stand for: a file is itself, a folder its PNG, JPEG and WebP
// files in the order of their names. Throws std::runtime_error for a path that is not there and for
// a folder without pictures.
std::vector<std::string> find_pictures(const std::vector<std::string>& paths);

// All bytes of a file. Throws std::runtime_error, naming the path.
std::vector<std::byte> read_bytes(const std::string& path);

}  // namespace arges::vqa
