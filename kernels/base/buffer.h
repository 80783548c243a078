// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "kernels/base/status.h"

namespace arges {

// Owned host memory, aligned to 64 bytes (a cache line, the widest vector). Movable.
class Buffer {
 public:
  static constexpr std::size_t kAlignment = 64;

  Buffer() = default;
  // Uninitialised memory; OUT_OF_MEMORY_HOST when the system has none left.
  static Result<Buffer> allocate(std::size_t bytes);
  // The same, all bytes zero.
  static Result<Buffer> allocate_zeroed(std::size_t bytes);

  std::byte* data() const { return data_.get(); }
  float* f32() const { return reinterpret_cast<float*>(data_.get()); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace arges
