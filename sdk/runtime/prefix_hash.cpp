// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/prefix_hash.h"

#include <algorithm>
#include <iterator>

namespace arges::sdk {
namespace {

// What no id is.
constexpr language::TokenId kCut = -1;
constexpr language::TokenId kPicture = -2;

void add_mark(language::TokenId mark, Hasher& hasher) {
  hasher.add(std::as_bytes(std::span(&mark, 1)));
}

}  // namespace

std::int64_t PrefixHash::next_border() {
  const bool has_cut = cuts_ < prompt_.cuts.size();
  const std::int64_t stretch = has_cut ? prompt_.cuts[cuts_] : std::ssize(prompt_.ids);
  return std::min(position_ + block_, stretch);
}

void PrefixHash::add_ids(std::int64_t begin, std::int64_t end) {
  const auto part =
      prompt_.ids.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  hasher_.add(std::as_bytes(part));
}

bool PrefixHash::advance(std::int64_t last) {
  if (position_ >= last) return false;
  const std::int64_t end = next_border();
  for (; pictures_ < prompt_.pictures.size() && prompt_.pictures[pictures_].begin < end;
       ++pictures_) {
    const std::int64_t begin = prompt_.pictures[pictures_].begin;
    add_ids(position_, begin);
    position_ = begin;
    add_mark(kPicture, hasher_);
    hasher_.add(prompt_.digests[pictures_]);
  }
  add_ids(position_, end);
  position_ = end;
  if (cuts_ < prompt_.cuts.size() && prompt_.cuts[cuts_] == end) {
    add_mark(kCut, hasher_);
    ++cuts_;
  }
  return true;
}

}  // namespace arges::sdk
