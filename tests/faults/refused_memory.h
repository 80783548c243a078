// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace arges::faults {

// While one lives, operator new of this program throws std::bad_alloc: for this thread, or for
// allocations of one size on all threads. One at a time.
class RefusedMemory {
 public:
  static constexpr std::size_t kEverySize = ~std::size_t{0};

  // On the calling thread, whatever the size.
  RefusedMemory();
  // On every thread.
  explicit RefusedMemory(std::size_t size);
  ~RefusedMemory();
  RefusedMemory(const RefusedMemory&) = delete;
  RefusedMemory& operator=(const RefusedMemory&) = delete;

  // Allocations refused so far.
  std::size_t count() const;
};

// The size of the last allocation of the calling thread.
std::size_t last_allocation();

}  // namespace arges::faults
