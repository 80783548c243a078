// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/arena.h"

#include <algorithm>
#include <iterator>

namespace arges {
namespace {

constexpr std::size_t kFirstBlock = std::size_t{1} << 20;

std::size_t round_up(std::size_t bytes) {
  return (bytes + Device::kAlignment - 1) / Device::kAlignment * Device::kAlignment;
}

}  // namespace

Result<TensorView> Arena::allocate(Shape shape, DType dtype) {
  const std::size_t bytes = round_up(static_cast<std::size_t>(shape.count()) * dtype_size(dtype));
  while (block_ < blocks_.size() && used_ + bytes > blocks_[block_].size()) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    ARGES_ASSIGN_OR_RETURN(
        Memory block, Memory::allocate(std::max({bytes, kFirstBlock, capacity() / 2}), device_));
    blocks_.push_back(std::move(block));
  }
  const TensorView view = blocks_[block_].view_at(used_, shape, dtype);
  used_ += bytes;
  return view;
}

Result<TensorView> Arena::upload(std::span<const std::int32_t> numbers) {
  ARGES_ASSIGN_OR_RETURN(const TensorView tensor, allocate({std::ssize(numbers)}, DType::kI32));
  ARGES_RETURN_IF_ERROR(device_.upload(tensor.data, numbers.data(), tensor.bytes()));
  return tensor;
}

std::size_t Arena::capacity() const {
  std::size_t total = 0;
  for (const Memory& block : blocks_) total += block.size();
  return total;
}

}  // namespace arges
