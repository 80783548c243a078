// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "kernels/base/device.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

namespace arges {

// Owned bytes of a device, aligned to Device::kAlignment. Movable.
class Memory {
 public:
  Memory() = default;
  // Uninitialised; OUT_OF_MEMORY_*. `kept`, what the device needs, stays until the bytes are freed.
  static Result<Memory> allocate(std::size_t bytes, Device& device = host_device(),
                                 std::shared_ptr<const void> kept = nullptr);

  std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  float* f32() const { return reinterpret_cast<float*>(data_.get()); }

  // The first elements as a tensor. Precondition: they fit.
  TensorView view(Shape shape, DType dtype = DType::kF32) const { return view_at(0, shape, dtype); }
  // The same from a byte on, a multiple of the element's size.
  TensorView view_at(std::size_t offset, Shape shape, DType dtype) const {
    return {data_.get() + offset, dtype, shape, data_.get_deleter().device};
  }

 private:
  struct Free {
    Device* device;
    std::size_t bytes;
    std::shared_ptr<const void> kept;
    void operator()(std::byte* data) const { device->free(data, bytes); }
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace arges
