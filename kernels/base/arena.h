// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/memory.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges {

// Scratch memory of a device for one step of work: allocation bumps a pointer, and a Scope gives
// everything taken since its beginning back at once. Memory is kept for the next step, so the same
// allocations in the same order find the same addresses. One thread at a time.
class Arena {
 public:
  explicit Arena(Device& device = host_device()) : device_(device) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // An uninitialised tensor that lives until the enclosing Scope ends; OUT_OF_MEMORY_*.
  Result<TensorView> allocate(Shape shape, DType dtype = DType::kF32);
  // The same of i32, [numbers], filled from the host; also as Device::upload.
  Result<TensorView> upload(std::span<const std::int32_t> numbers);

  Device& device() const { return device_; }

  // Bytes held from the device.
  std::size_t capacity() const;

  // Restores the arena to the state it was constructed in.
  class Scope {
   public:
    explicit Scope(Arena& arena) : arena_(arena), block_(arena.block_), used_(arena.used_) {}
    ~Scope() {
      arena_.block_ = block_;
      arena_.used_ = used_;
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena& arena_;
    std::size_t block_;
    std::size_t used_;
  };

 private:
  Device& device_;
  std::vector<Memory> blocks_;
  std::size_t block_ = 0;  // the block being filled
  std::size_t used_ = 0;   // bytes taken from it
};

}  // namespace arges
