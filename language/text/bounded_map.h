// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace arges::language {

// A hash table whose keys a file chooses, and that they cannot make slow: its hash has no secret,
// so a file could choose n keys that share a bucket, now or after a later rehash, and cost n^2.
// No honest file comes near kMostInBucket, which no bucket ever exceeds; a key that would make one
// is refused. Whoever puts the same keys into a std::unordered_map with the same hash in the same
// order, as the SentencePiece library does, is as safe.
template <typename Key, typename Value, typename Hash>
class BoundedMap {
 public:
  static constexpr std::size_t kMostInBucket = 64;

  // kTaken: the key is in already, and stays as it is. kCrowded: too many keys share a place; the
  // table is not to be used any more.
  enum class Added { kNew, kTaken, kCrowded };

  template <typename Like>
  Added add(const Like& key, Value value) {
    const std::size_t buckets = map_.bucket_count();
    if (buckets > 0 && map_.bucket_size(Hash{}(key) % buckets) >= kMostInBucket) {
      return Added::kCrowded;
    }
    if (!map_.emplace(Key(key), std::move(value)).second) return Added::kTaken;
    return map_.bucket_count() == buckets || is_even() ? Added::kNew : Added::kCrowded;
  }

  // Its value, or nullptr.
  template <typename Like>
  const Value* find(const Like& key) const {
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : &found->second;
  }

  template <typename Like>
  void erase(const Like& key) {
    const auto found = map_.find(key);
    if (found != map_.end()) map_.erase(found);
  }

  void reserve(std::size_t count) { map_.reserve(count); }
  std::size_t size() const { return map_.size(); }

 private:
  bool is_even() const {
    for (std::size_t bucket = 0; bucket < map_.bucket_count(); ++bucket) {
      if (map_.bucket_size(bucket) > kMostInBucket) return false;
    }
    return true;
  }

  std::unordered_map<Key, Value, Hash, std::equal_to<>> map_;
};

// The hash of std::string and std::string_view, for either.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace arges::language
