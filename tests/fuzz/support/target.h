// SPDX-License-Identifier: Apache-2.0
// What libFuzzer and the replaying program call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// noexcept: an exception that leaves a door ends the process, which is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept;

namespace arges::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace arges::fuzz
