// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace arges::faults {

// In a program that links this, malloc, calloc, realloc and aligned_alloc are the test's: of all
// code, that of third-party libraries and the C library too. (refused_memory.h stands behind
// operator new alone.)

// How often they have been called.
std::int64_t mallocs();

// While one lives, they say ENOMEM: to a single call, or to those of a size. One at a time.
class RefusedMalloc {
 public:
  // The call after `skip` more, of whatever thread.
  static RefusedMalloc after(std::int64_t skip) { return RefusedMalloc(skip, SIZE_MAX); }
  // Every call for `size` bytes or more.
  static RefusedMalloc from(std::size_t size) { return RefusedMalloc(-1, size); }
  ~RefusedMalloc();
  RefusedMalloc(const RefusedMalloc&) = delete;
  RefusedMalloc& operator=(const RefusedMalloc&) = delete;

  // Calls refused so far, or spared where they would have been.
  std::int64_t count() const;

 private:
  RefusedMalloc(std::int64_t skip, std::size_t size);
};

// From now on a call is spared while a shared library of such a name is among its callers: for one
// that does not survive a refusal.
void spare_mallocs_of(const char* library);

}  // namespace arges::faults
