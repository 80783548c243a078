// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/checksum.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace arges {
namespace {

std::vector<std::byte> some_bytes(std::size_t count) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(i * i * 7 + i));
  return bytes;
}

std::uint64_t sum_of(std::span<const std::byte> bytes) {
  Checksum sum;
  sum.add(bytes);
  return sum.value();
}

TEST(Checksum, IsTheSameHoweverTheBytesAreCut) {
  const auto bytes = some_bytes(61);
  const std::uint64_t whole = sum_of(bytes);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      Checksum sum;
      sum.add(std::span(bytes).first(first));
      sum.add(std::span(bytes).subspan(first, second - first));
      sum.add(std::span(bytes).subspan(second));
      ASSERT_EQ(sum.value(), whole) << first << " " << second;
    }
  }
}

TEST(Checksum, DiffersForEveryChangeOfAByte) {
  auto bytes = some_bytes(40);
  std::set<std::uint64_t> sums = {sum_of(bytes)};
  for (std::byte& byte : bytes) {
    for (int change = 1; change < 256; ++change) {
      byte ^= static_cast<std::byte>(change);
      sums.insert(sum_of(bytes));
      byte ^= static_cast<std::byte>(change);
    }
  }
  EXPECT_EQ(sums.size(), 1 + bytes.size() * 255);
}

TEST(Checksum, DiffersForTheSameFlipOfTwoWords) {
  auto bytes = some_bytes(64);
  const std::uint64_t whole = sum_of(bytes);
  for (int bit = 0; bit < 64; ++bit) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const auto flip = static_cast<std::byte>(1 << (bit % 8));
    bytes[at] ^= flip;
    bytes[at + 8] ^= flip;
    EXPECT_NE(sum_of(bytes), whole) << bit;
    bytes[at] ^= flip;
    bytes[at + 8] ^= flip;
  }
}

TEST(Checksum, DiffersForEveryLengthOfZeros) {
  const std::vector<std::byte> zeros(64);
  std::set<std::uint64_t> sums;
  for (std::size_t count = 0; count <= zeros.size(); ++count) {
    sums.insert(sum_of(std::span(zeros).first(count)));
  }
  EXPECT_EQ(sums.size(), zeros.size() + 1);
}

}  // namespace
}  // namespace arges
