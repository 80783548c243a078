// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>

namespace arges {

// Arithmetic on numbers that came from a file, a picture or a caller. Every sum and product of
// such numbers goes through here, so that no size check can be passed by wrapping around.
// nullopt: the true result does not fit the type.

template <std::integral T>
std::optional<T> checked_add(T a, T b) {
  T out{};
  if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
  return out;
}

template <std::integral T>
std::optional<T> checked_mul(T a, T b) {
  T out{};
  if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
  return out;
}

// Product of all factors; 1 for an empty list.
template <typename Range>
std::optional<std::int64_t> checked_product(const Range& factors) {
  std::int64_t product = 1;
  for (auto factor : factors) {
    auto next = checked_mul<std::int64_t>(product, static_cast<std::int64_t>(factor));
    if (!next) return std::nullopt;
    product = *next;
  }
  return product;
}

inline std::optional<std::int64_t> checked_product(std::initializer_list<std::int64_t> factors) {
  return checked_product<std::initializer_list<std::int64_t>>(factors);
}

}  // namespace arges
