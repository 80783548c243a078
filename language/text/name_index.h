// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "language/text/token.h"

namespace arges::language {

// Names from a file, each with an id, that cannot be made slow: a file may choose names that share
// a hash (the standard library's has no secret), and n of those would cost n^2. No honest file
// comes near kMostInBucket; what exceeds it is refused. Whoever fills a std::unordered_map with
// the same names in the same order, as the SentencePiece library does, is as safe.
template <typename Name>
class NameIndex {
 public:
  enum class Added { kNew, kTaken, kCrowded };

  // kTaken: the name is in already; kCrowded: too many names share its place. Neither changes it.
  Added add(std::string_view name, TokenId id) {
    if (names_.bucket_count() > 0 && bucket_size(name) >= kMostInBucket) return Added::kCrowded;
    return names_.emplace(name, id).second ? Added::kNew : Added::kTaken;
  }

  // Its id, or nullptr.
  const TokenId* find(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
  }

  void erase(std::string_view name) {
    const auto found = names_.find(name);
    if (found != names_.end()) names_.erase(found);
  }

 private:
  static constexpr std::size_t kMostInBucket = 64;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Names = std::unordered_map<Name, TokenId, Hash, std::equal_to<>>;

  std::size_t bucket_size(std::string_view name) const {
    return names_.bucket_size(Hash{}(name) % names_.bucket_count());
  }

  Names names_;
};

}  // namespace arges::language
