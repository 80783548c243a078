// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/refused_malloc.h"

#include <atomic>
#include <cerrno>

#include "tests/faults/called_from.h"

namespace arges::faults {
namespace {

std::atomic<std::int64_t> calls{0};
std::atomic<std::int64_t> left{-1};  // calls up to the one to refuse; negative: none
std::atomic<std::size_t> refused_from{SIZE_MAX};
std::atomic<std::int64_t> refused{0};
std::atomic<const char*> spared_library{nullptr};

bool is_next(std::size_t size) {
  return size >= refused_from || (left >= 0 && left-- == 0);
}

bool is_spared() {
  const char* library = spared_library;
  return library != nullptr && is_called_from(library);
}

// Says so in errno too, as the C library does.
bool refuse(std::size_t size) {
  ++calls;
  if (!is_next(size)) return false;
  ++refused;
  if (is_spared()) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

std::int64_t mallocs() {
  return calls;
}

RefusedMalloc::RefusedMalloc(std::int64_t skip, std::size_t size) {
  refused = 0;
  refused_from = size;
  left = skip;
}

RefusedMalloc::~RefusedMalloc() {
  left = -1;
  refused_from = SIZE_MAX;
}

std::int64_t RefusedMalloc::count() const {
  return refused;
}

void spare_mallocs_of(const char* library) {
  is_called_from(library);  // its first call takes memory
  spared_library = library;
}

}  // namespace arges::faults

// In the place of the C library's own, which operator new and every C library call.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  return arges::faults::refuse(size) ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return arges::faults::refuse(count * size) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return arges::faults::refuse(size) ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return arges::faults::refuse(size) ? nullptr : __libc_memalign(alignment, size);
}
}
