// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "kernels/base/device.h"
#include "kernels/base/memory.h"
#include "kernels/base/status.h"

namespace arges {

// Pieces of memory that come together and go together, such as a model's weights, cut one behind
// the other from few large allocations: a device's large pages then hold them, however small each
// piece is. One thread at a time; the pieces may go on any thread, and outlive the slab.
class Slab {
 public:
  // What is taken from the device at once. A piece of more than a quarter has memory of its own.
  static constexpr std::size_t kBlock = std::size_t{32} << 20;

  // The device must outlive the pieces.
  explicit Slab(Device& device) : device_(device) {}

  struct Piece {
    std::byte* data = nullptr;
    std::shared_ptr<const void> owner;  // keeps data, and what was cut from the same allocation
  };

  // Uninitialised, aligned to Device::kAlignment; OUT_OF_MEMORY_*. Throws std::bad_alloc.
  Result<Piece> take(std::size_t bytes);
  // The same in memory of its own.
  static Result<Piece> take_alone(std::size_t bytes, Device& device);

 private:
  Device& device_;
  std::shared_ptr<const Memory> block_;  // the one being cut; may be null
  std::size_t used_ = 0;                 // bytes of it
};

}  // namespace arges
