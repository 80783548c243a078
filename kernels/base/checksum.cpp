// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/checksum.h"

#include <bit>
#include <cstring>

namespace arges {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

}  // namespace

void Checksum::add(std::span<const std::byte> bytes) {
  static_assert(std::endian::native == std::endian::little, "a word's first byte is its lowest");
  while (!bytes.empty()) {
    const std::size_t held = count_ % kWord;
    if (held == 0 && bytes.size() >= kWord) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), kWord);
      mix(word);
      count_ += kWord;
      bytes = bytes.subspan(kWord);
      continue;
    }
    open_ |= std::to_integer<std::uint64_t>(bytes.front()) << (8 * held);
    if (++count_ % kWord == 0) {
      mix(open_);
      open_ = 0;
    }
    bytes = bytes.subspan(1);
  }
}

std::uint64_t Checksum::value() const {
  Checksum closed = *this;
  closed.mix(open_);
  closed.mix(count_);
  return closed.state_;
}

}  // namespace arges
