// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "kernels/base/status.h"

namespace arges::bindings {

// Larger than any struct of this ABI will grow; a larger struct_size is a mistake, not a future.
inline constexpr std::uint64_t kMaxStructSize = 4096;

// The sizes that released versions of T had, ascending; the last is today's. To specialise:
// static constexpr std::uint64_t values[].
template <typename T>
struct StructSizes;

// INVALID_ARGUMENT unless `size` is one of `known` or larger than the last of them, up to
// kMaxStructSize.
Status check_struct_size(std::uint64_t size, std::span<const std::uint64_t> known);

// INVALID_ARGUMENT unless bytes [known, size) of the struct are zero.
Status check_tail_is_zero(const void* object, std::uint64_t known, std::uint64_t size);

// The struct_size that the caller wrote in front of the struct.
std::uint32_t read_struct_size(const void* object);

// For _init functions: zeroes the caller's `size` bytes and copies what fits of the defaults.
template <typename T>
Status init_struct(T* out, std::uint64_t size, T defaults) {
  if (out == nullptr) return invalid_argument("the struct is null; pass its address");
  ARGES_RETURN_IF_ERROR(check_struct_size(size, StructSizes<T>::values));
  defaults.struct_size = static_cast<std::uint32_t>(size);
  std::memset(static_cast<void*>(out), 0, size);
  std::memcpy(static_cast<void*>(out), &defaults, std::min<std::uint64_t>(size, sizeof(T)));
  return {};
}

// For options given to the library: the caller's fields over `defaults`, which stand for those
// that an older caller does not know.
template <typename T>
Result<T> read_struct(const T* in, T defaults) {
  if (in == nullptr) return invalid_argument("the options are null; pass their address");
  const std::uint64_t size = read_struct_size(in);
  ARGES_RETURN_IF_ERROR(check_struct_size(size, StructSizes<T>::values));
  ARGES_RETURN_IF_ERROR(check_tail_is_zero(in, sizeof(T), size));
  std::memcpy(static_cast<void*>(&defaults), in, std::min<std::uint64_t>(size, sizeof(T)));
  return defaults;
}

// For results: fails before anything is computed when the caller's struct is not usable.
template <typename T>
Status check_result_struct(const T* out) {
  if (out == nullptr) return invalid_argument("the result struct is null; pass its address");
  return check_struct_size(read_struct_size(out), StructSizes<T>::values);
}

// For results: fills what the caller's struct has room for and zeroes what the library does not
// know. Precondition: check_result_struct(out).
template <typename T>
void write_struct(T* out, T value) {
  value.struct_size = read_struct_size(out);
  const std::uint64_t size = value.struct_size;
  const std::uint64_t known = std::min<std::uint64_t>(size, sizeof(T));
  std::memcpy(static_cast<void*>(out), &value, known);
  std::memset(reinterpret_cast<char*>(out) + known, 0, size - known);
}

}  // namespace arges::bindings
