// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/prefix_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace arges::sdk {
namespace {

struct Prompt {
  std::vector<language::TokenId> ids;
  std::vector<language::ImageSpan> pictures;
  std::vector<Digest> digests;
  std::vector<std::int64_t> cuts;
};

Digest picture(std::uint64_t number) {
  Hasher hasher;
  hasher.add_number(number);
  return hasher.digest();
}

// Twelve ids, a picture at 3 to 6, cuts behind it and at 9.
Prompt prompt() {
  return {{1, 2, 3, 9, 9, 9, 4, 5, 6, 7, 8, 1}, {{3, 3}}, {picture(1)}, {6, 9}};
}

PrefixHash hash_of(const Prompt& prompt, const Hasher& before = {}) {
  return {{prompt.ids, prompt.pictures, prompt.digests, prompt.cuts}, 2, before};
}

Digest digest_at(const Prompt& prompt, std::int64_t end) {
  PrefixHash hash = hash_of(prompt);
  while (hash.position() < end) EXPECT_TRUE(hash.advance(end));
  EXPECT_EQ(hash.position(), end);
  return hash.hasher().digest();
}

TEST(Hasher, DoesNotDependOnHowItsBytesAreCut) {
  const std::vector<std::byte> bytes(300, std::byte{7});
  Hasher whole;
  whole.add(bytes);
  Hasher parts;
  for (std::size_t i = 0; i < bytes.size(); i += 13) {
    parts.add(std::span(bytes).subspan(i, std::min<std::size_t>(13, bytes.size() - i)));
    static_cast<void>(parts.digest());
  }
  parts.add({});
  EXPECT_EQ(parts.digest(), whole.digest());
}

// Of no bytes, as Python's hashlib has it.
TEST(Hasher, IsBlake2b) {
  const unsigned char expected[] = {0x0e, 0x57, 0x51, 0xc0, 0x26, 0xe5, 0x43, 0xb2,
                                    0xe8, 0xab, 0x2e, 0xb0, 0x60, 0x99, 0xda, 0xa1,
                                    0xd1, 0xe5, 0xdf, 0x47, 0x77, 0x8f, 0x77, 0x87,
                                    0xfa, 0xab, 0x45, 0xcd, 0xf1, 0x2f, 0xe3, 0xa8};
  const Digest digest = Hasher().digest();
  for (std::size_t i = 0; i < digest.size(); ++i) {
    EXPECT_EQ(std::to_integer<unsigned>(digest[i]), expected[i]) << i;
  }
}

TEST(PrefixHash, StandsAtEveryBorderAndAtNoOtherPlace) {
  const Prompt asked = prompt();
  PrefixHash hash = hash_of(asked);
  std::vector<std::int64_t> positions;
  while (hash.advance(11)) positions.push_back(hash.position());
  EXPECT_EQ(positions, (std::vector<std::int64_t>{2, 4, 6, 8, 9, 11}));
}

TEST(PrefixHash, IsOfWhatLiesBeforeAlone) {
  Prompt other = prompt();
  other.ids[9] = 77;
  other.ids.resize(10);
  for (const std::int64_t end : {2, 4, 6, 8, 9}) {
    EXPECT_EQ(digest_at(other, end), digest_at(prompt(), end)) << end;
  }
}

TEST(PrefixHash, GoesOnAcrossThePromptsOfAConversation) {
  const Prompt whole = prompt();
  PrefixHash first = hash_of(whole);
  while (first.position() < 6) ASSERT_TRUE(first.advance(6));
  const Prompt rest = {{whole.ids.begin() + 6, whole.ids.end()}, {}, {}, {3}};
  PrefixHash second = hash_of(rest, first.hasher());
  while (second.advance(5)) {
  }
  EXPECT_EQ(second.hasher().digest(), digest_at(whole, 11));
}

TEST(PrefixHash, TellsIdsPicturesAndCutsApart) {
  std::vector<Prompt> others(6, prompt());
  others[1].ids[0] = 5;
  others[2].digests[0] = picture(2);
  others[3].cuts = {5, 6, 9};
  others[4].pictures.clear();  // ids that only look like a picture
  others[4].digests.clear();
  others[5].pictures[0] = {4, 2};
  std::set<Digest> digests;
  for (const Prompt& other : others) digests.insert(digest_at(other, 6));
  EXPECT_EQ(digests.size(), others.size());
}

}  // namespace
}  // namespace arges::sdk
