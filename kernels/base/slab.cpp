// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/slab.h"

#include <utility>

namespace arges {
namespace {

std::size_t round_up(std::size_t bytes) {
  return (bytes + Device::kAlignment - 1) / Device::kAlignment * Device::kAlignment;
}

Result<std::shared_ptr<const Memory>> allocate(std::size_t bytes, Device& device) {
  ARGES_ASSIGN_OR_RETURN(Memory memory, Memory::allocate(bytes, device));
  return std::make_shared<const Memory>(std::move(memory));
}

}  // namespace

Result<Slab::Piece> Slab::take_alone(std::size_t bytes, Device& device) {
  ARGES_ASSIGN_OR_RETURN(const auto memory, allocate(bytes, device));
  return Piece{memory->data(), memory};
}

Result<Slab::Piece> Slab::take(std::size_t bytes) {
  if (bytes > kBlock / 4) return take_alone(bytes, device_);
  if (block_ == nullptr || bytes > kBlock - used_) {
    ARGES_ASSIGN_OR_RETURN(block_, allocate(kBlock, device_));
    used_ = 0;
  }
  Piece piece{block_->data() + used_, block_};
  used_ += round_up(bytes);
  return piece;
}

}  // namespace arges
