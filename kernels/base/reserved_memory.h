// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "kernels/base/device.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges {

// A range of a device's addresses that stays where it is while memory comes and goes behind it.
class ReservedMemory {
 public:
  // As Device::reserve.
  static Result<ReservedMemory> reserve(std::size_t bytes, Device& device);

  ReservedMemory(ReservedMemory&& other) noexcept
      : device_(std::exchange(other.device_, nullptr)), data_(other.data_), size_(other.size_) {}
  ReservedMemory& operator=(ReservedMemory&&) = delete;
  ~ReservedMemory() {
    if (device_ != nullptr) device_->release(data_, size_);
  }

  std::size_t size() const { return size_; }
  Device& device() const { return *device_; }
  std::byte* at(std::size_t offset) const { return data_ + offset; }

  // The whole range as a tensor of fp32, of which only what is committed may be touched.
  TensorView view(Shape shape) const { return {data_, DType::kF32, shape, device_}; }

  // As Device::commit and Device::decommit.
  Status commit(std::size_t offset, std::size_t bytes) {
    return device_->commit(at(offset), bytes);
  }
  void decommit(std::size_t offset, std::size_t bytes) { device_->decommit(at(offset), bytes); }

 private:
  ReservedMemory(Device& device, std::byte* data, std::size_t size)
      : device_(&device), data_(data), size_(size) {}

  Device* device_;
  std::byte* data_;
  std::size_t size_;
};

inline Result<ReservedMemory> ReservedMemory::reserve(std::size_t bytes, Device& device) {
  ARGES_ASSIGN_OR_RETURN(std::byte* const data, device.reserve(bytes));
  return ReservedMemory(device, data, bytes);
}

}  // namespace arges
