// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/options.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

// A struct as a library of the second version knows it: `second` was added.
struct Grown {
  std::uint32_t struct_size;
  std::uint32_t first;
  std::uint64_t second;
};

// As a program of a third version knows it.
struct Future {
  Grown known;
  std::uint64_t third;
};

constexpr std::uint64_t kFirstSize = offsetof(Grown, second);

}  // namespace

template <>
struct arges::bindings::StructSizes<Grown> {
  static constexpr std::uint64_t values[] = {kFirstSize, sizeof(Grown)};
};

namespace arges::bindings {
namespace {

TEST(StructSize, TakesEveryReleasedSizeAndLargerOnes) {
  const std::uint64_t known[] = {8, 16};
  for (const std::uint64_t size : {8u, 16u, 24u, 4096u}) {
    EXPECT_TRUE(check_struct_size(size, known).ok()) << size;
  }
}

TEST(StructSize, RefusesSizesThatNoReleaseHad) {
  const std::uint64_t known[] = {8, 16};
  for (const std::uint64_t size : {0ull, 4ull, 7ull, 9ull, 15ull, 17ull, 20ull, 4097ull, ~0ull}) {
    EXPECT_EQ(check_struct_size(size, known).code(), StatusCode::kInvalidArgument) << size;
  }
}

TEST(InitStruct, WritesNoByteBehindAnOlderCallersStruct) {
  Grown out;
  std::memset(&out, 0xAA, sizeof out);
  ASSERT_TRUE(init_struct(&out, kFirstSize, Grown{0, 5, 6}).ok());
  EXPECT_EQ(out.struct_size, kFirstSize);
  EXPECT_EQ(out.first, 5u);
  EXPECT_EQ(out.second, 0xAAAAAAAAAAAAAAAAu);
}

TEST(InitStruct, ZeroesTheTailOfANewerCallersStruct) {
  Future out;
  std::memset(&out, 0xAA, sizeof out);
  ASSERT_TRUE(init_struct(&out.known, sizeof out, Grown{0, 5, 6}).ok());
  EXPECT_EQ(out.known.struct_size, sizeof out);
  EXPECT_EQ(out.known.second, 6u);
  EXPECT_EQ(out.third, 0u);
}

TEST(ReadStruct, CompletesAnOlderCallersStructWithTheDefaults) {
  const Grown given{kFirstSize, 1, 99};
  const auto read = read_struct(&given, Grown{0, 5, 6});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->first, 1u);
  EXPECT_EQ(read->second, 6u);
}

TEST(ReadStruct, TakesANewerCallersStructOnlyWithAZeroTail) {
  Future given{{sizeof(Future), 1, 2}, 0};
  EXPECT_TRUE(read_struct(&given.known, Grown{}).ok());
  given.third = 1;
  EXPECT_EQ(read_struct(&given.known, Grown{}).status().code(), StatusCode::kInvalidArgument);
}

TEST(WriteStruct, KeepsToTheCallersSize) {
  Grown out{kFirstSize, 0, 99};
  ASSERT_TRUE(check_result_struct(&out).ok());
  write_struct(&out, Grown{0, 5, 6});
  EXPECT_EQ(out.struct_size, kFirstSize);
  EXPECT_EQ(out.first, 5u);
  EXPECT_EQ(out.second, 99u);
}

}  // namespace
}  // namespace arges::bindings
