// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace arges::faults {

// While one lives, operator new of this program throws std::bad_alloc: for this thread, for
// allocations of one size on all threads, or for a single one of all. One at a time.
class RefusedMemory {
 public:
  static constexpr std::size_t kEverySize = ~std::size_t{0};

  // On the calling thread, whatever the size.
  RefusedMemory();
  // On every thread.
  explicit RefusedMemory(std::size_t size);
  // Only the allocation after `skip` more, of whatever thread.
  static RefusedMemory after(std::int64_t skip) { return RefusedMemory(Skip{skip}); }
  ~RefusedMemory();
  RefusedMemory(const RefusedMemory&) = delete;
  RefusedMemory& operator=(const RefusedMemory&) = delete;

  // Allocations refused so far, or spared where they would have been.
  std::size_t count() const;

 private:
  struct Skip {
    std::int64_t count;
  };
  explicit RefusedMemory(Skip skip);
};

// From now on an allocation is spared while a shared library of such a name is among its callers:
// for one that does not survive a refusal.
void spare_callers_in(const char* library);

// For other things that a system can refuse: counts as an allocation, and says whether it is the
// one to refuse.
bool refuse_here_and_now();

// Allocations of this program that have not been freed.
std::int64_t live_allocations();
// The size of the last allocation of the calling thread.
std::size_t last_allocation();

}  // namespace arges::faults
