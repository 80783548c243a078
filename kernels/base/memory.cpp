// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/memory.h"

#include <utility>

namespace arges {

Result<Memory> Memory::allocate(std::size_t bytes, Device& device,
                                std::shared_ptr<const void> kept) {
  ARGES_ASSIGN_OR_RETURN(std::byte* const data, device.allocate(bytes));
  Memory memory;
  memory.data_ = {data, Free{&device, bytes, std::move(kept)}};
  memory.size_ = bytes;
  return memory;
}

}  // namespace arges
