// SPDX-License-Identifier: Apache-2.0
#include "language/text/name_index.h"

#include <gtest/gtest.h>

namespace arges::language {
namespace {

using Index = NameIndex<std::string>;

TEST(NameIndex, FindsWhatWasAdded) {
  Index index;
  EXPECT_EQ(index.add("a", 1), Index::Added::kNew);
  EXPECT_EQ(index.add("a", 2), Index::Added::kTaken);
  EXPECT_EQ(*index.find("a"), 1);
  EXPECT_EQ(index.find("b"), nullptr);
  index.erase("a");
  EXPECT_EQ(index.find("a"), nullptr);
}

TEST(NameIndex, HonestNamesAreNeverCrowded) {
  Index index;
  for (int i = 0; i < 300'000; ++i) {
    ASSERT_EQ(index.add("token" + std::to_string(i), i), Index::Added::kNew);
  }
}

// A file's author knows the hash and the number of buckets, so such names are easily found.
TEST(NameIndex, RefusesNamesChosenToShareAPlace) {
  Index index;
  std::unordered_map<std::string, int> twin;  // has the same buckets
  for (int i = 0; i < 1000; ++i) {
    index.add(std::to_string(i), i);
    twin.emplace(std::to_string(i), i);
  }
  const std::size_t buckets = twin.bucket_count();
  int added = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string name = "x" + std::to_string(i);
    if (std::hash<std::string_view>{}(name) % buckets != 0) continue;
    if (index.add(name, i) == Index::Added::kCrowded) break;
    ++added;
  }
  EXPECT_GT(added, 50);
  EXPECT_LE(added, 64);
}

}  // namespace
}  // namespace arges::language
