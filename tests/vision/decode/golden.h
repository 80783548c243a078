// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "vision/decode/image.h"

namespace arges::vision::testing {

using FileBytes = std::vector<std::byte>;

// A file under tests/golden; empty when it cannot be read.
FileBytes read_golden(const std::string& path);

// A JSON file under tests/golden; discarded() when it cannot be read.
nlohmann::json read_golden_json(const std::string& path);

// A golden picture, decoded with the default limits; records a test failure when it cannot be.
Image decode_golden(const std::string& path);

// SHA-256 of bytes as 64 lower-case hexadecimal digits, as the goldens record pixels.
std::string sha256(std::span<const std::uint8_t> bytes);

// Every picture that the JSON file under tests/golden lists decodes to the size and pixels it
// names.
void expect_every_golden(const std::string& path);

}  // namespace arges::vision::testing
