// SPDX-License-Identifier: Apache-2.0
#include "language/text/bounded_map.h"

#include <gtest/gtest.h>

#include <string>

namespace arges::language {
namespace {

using Index = BoundedMap<std::string, int, TextHash>;

TEST(BoundedMap, FindsWhatWasAdded) {
  Index index;
  EXPECT_EQ(index.add("a", 1), Index::Added::kNew);
  EXPECT_EQ(index.add("a", 2), Index::Added::kTaken);
  EXPECT_EQ(*index.find("a"), 1);
  EXPECT_EQ(index.find("b"), nullptr);
  index.erase("a");
  EXPECT_EQ(index.find("a"), nullptr);
}

TEST(BoundedMap, HonestKeysAreNeverCrowded) {
  Index index;
  for (int i = 0; i < 300'000; ++i) {
    ASSERT_EQ(index.add("token" + std::to_string(i), i), Index::Added::kNew);
  }
}

// A file's author knows the hash and the number of buckets, so such names are easily found.
TEST(BoundedMap, RefusesKeysChosenToShareAPlace) {
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

// Spread evenly now, all in one bucket of the table's next size.
TEST(BoundedMap, RefusesKeysThatShareAPlaceAfterTheNextRehash) {
  std::unordered_map<int, int> sizes;
  std::size_t now = 0;
  for (int i = 0; now < 1000; ++i) {
    sizes.emplace(i, i);
    now = sizes.bucket_count();
  }
  const std::size_t before = now;
  while (sizes.bucket_count() == now) sizes.emplace(static_cast<int>(sizes.size()), 0);
  const std::size_t next = sizes.bucket_count();
  Index index;
  bool refused = false;
  for (int i = 0; !refused && index.size() <= before + 1; ++i) {
    const std::string name = "y" + std::to_string(i);
    const bool aimed = index.size() < 200;
    if (aimed && std::hash<std::string_view>{}(name) % next != 5) continue;
    refused = index.add(name, i) == Index::Added::kCrowded;
  }
  EXPECT_TRUE(refused);
  EXPECT_GT(index.size(), 200u) << "refused before the rehash: not what is tested here";
}

}  // namespace
}  // namespace arges::language
