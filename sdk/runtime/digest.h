// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <blake2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace arges::sdk {

// 256 bits that stand for bytes. They are BLAKE2b's, so that not even who chooses the bytes can
// make two of the same digest: what is found by it is what was asked for.
using Digest = std::array<std::byte, 32>;

// The digest of what is added, piece after piece; how it is cut in pieces does not matter. A value:
// a copy goes on by itself.
class Hasher {
 public:
  Hasher() noexcept;
  void add(std::span<const std::byte> bytes) noexcept;
  void add_number(std::uint64_t number) noexcept;
  // Of all so far; more may follow.
  Digest digest() const noexcept;

 private:
  blake2b_state state_;
};

}  // namespace arges::sdk
