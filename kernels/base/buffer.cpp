// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/buffer.h"

#include <cstdlib>
#include <cstring>
#include <string>

namespace arges {

void Buffer::Free::operator()(std::byte* data) const {
  std::free(data);
}

Result<Buffer> Buffer::allocate(std::size_t bytes) {
  constexpr std::size_t kLargest = static_cast<std::size_t>(-1) / 2;
  const std::size_t rounded =
      bytes > kLargest ? 0 : (bytes + kAlignment - 1) / kAlignment * kAlignment;
  Buffer buffer;
  if (bytes <= kLargest) {
    buffer.data_.reset(static_cast<std::byte*>(
        std::aligned_alloc(kAlignment, rounded == 0 ? kAlignment : rounded)));
  }
  if (!buffer.data_) {
    return Status(StatusCode::kOutOfMemoryHost,
                  "cannot allocate " + std::to_string(bytes) +
                      " bytes of host memory; close sessions, or use a smaller context or model");
  }
  buffer.size_ = bytes;
  return buffer;
}

Result<Buffer> Buffer::allocate_zeroed(std::size_t bytes) {
  ARGES_ASSIGN_OR_RETURN(Buffer buffer, allocate(bytes));
  std::memset(buffer.data(), 0, bytes);
  return buffer;
}

}  // namespace arges
