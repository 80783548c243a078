// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace arges {

// A running 64-bit checksum of bytes, the same however they are cut. Each word of 8 bytes enters by
// a bijection of what came before, so inputs of one length that differ within one word never agree;
// others do by chance alone. Against accidents, not against somebody who writes both.
class Checksum {
 public:
  void add(std::span<const std::byte> bytes);
  std::uint64_t value() const;

 private:
  void mix(std::uint64_t word) {
    // The multiplier is odd; the shift brings high bits down, which a product never does.
    state_ = (state_ ^ word) * 0x9E3779B97F4A7C15u;
    state_ ^= state_ >> 32;
  }

  std::uint64_t state_ = 0x243F6A8885A308D3u;
  std::uint64_t count_ = 0;  // bytes
  std::uint64_t open_ = 0;   // of the last word, those there are
};

}  // namespace arges
