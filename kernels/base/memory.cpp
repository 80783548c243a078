// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/memory.h"

namespace arges {

Result<Memory> Memory::allocate(std::size_t bytes, Device& device) {
  ARGES_ASSIGN_OR_RETURN(std::byte* const data, device.allocate(bytes));
  Memory memory;
  memory.data_ = {data, Free{&device, bytes}};
  memory.size_ = bytes;
  return memory;
}

}  // namespace arges
