// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/options.h"

#include <string>

namespace arges::bindings {

Status check_struct_size(std::uint64_t size, std::span<const std::uint64_t> known) {
  // A struct of ours ends where one of an array may follow it.
  const bool whole = size % alignof(std::uint64_t) == 0;
  const bool newer = size > known.back() && size <= kMaxStructSize && whole;
  if (newer || std::find(known.begin(), known.end(), size) != known.end()) return {};
  return invalid_argument("struct_size is " + std::to_string(size) + ", which no version of this " +
                          "struct has; call its _init function, or set struct_size to its sizeof");
}

Status check_tail_is_zero(const void* object, std::uint64_t known, std::uint64_t size) {
  const auto* bytes = static_cast<const unsigned char*>(object);
  for (std::uint64_t i = known; i < size; ++i) {
    if (bytes[i] != 0) {
      return invalid_argument(
          "the struct sets a field that this version of the library does not "
          "know; leave it zero or use a newer library");
    }
  }
  return {};
}

std::uint32_t read_struct_size(const void* object) {
  std::uint32_t size = 0;
  std::memcpy(&size, object, sizeof size);
  return size;
}

}  // namespace arges::bindings
