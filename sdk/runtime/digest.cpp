// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/digest.h"

namespace arges::sdk {
namespace {

const std::uint8_t* as_octets(const std::byte* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}

}  // namespace

// What the library's calls can refuse, a length of nothing or beyond theirs, is not asked for.
Hasher::Hasher() noexcept {
  blake2b_init(&state_, Digest().size());
}

void Hasher::add(std::span<const std::byte> bytes) noexcept {
  if (!bytes.empty()) blake2b_update(&state_, as_octets(bytes.data()), bytes.size());
}

void Hasher::add_number(std::uint64_t number) noexcept {
  add(std::as_bytes(std::span(&number, 1)));
}

Digest Hasher::digest() const noexcept {
  blake2b_state last = state_;
  Digest digest;
  blake2b_final(&last, reinterpret_cast<std::uint8_t*>(digest.data()), digest.size());
  return digest;
}

}  // namespace arges::sdk
