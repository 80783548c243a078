// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/refused_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/faults/called_from.h"

namespace arges::faults {
namespace {

thread_local bool refuse_here = false;
thread_local std::size_t last_size = 0;
std::atomic<std::size_t> refused_size{0};
std::atomic<std::size_t> refused{0};
std::atomic<std::int64_t> live{0};
std::atomic<std::int64_t> left{-1};  // allocations up to the one to refuse; negative: none

std::atomic<const char*> spared_library{nullptr};

// Of an allocation that would be refused.
bool is_spared() {
  const char* library = spared_library;
  return library != nullptr && is_called_from(library);
}

bool is_next() {
  return left >= 0 && left-- == 0;
}

bool is_refused(std::size_t size) {
  if (is_next()) return true;
  const std::size_t everywhere = refused_size;
  return refuse_here || everywhere == RefusedMemory::kEverySize ||
         (everywhere != 0 && everywhere == size);
}

}  // namespace

RefusedMemory::RefusedMemory() {
  refused = 0;
  refuse_here = true;
}

RefusedMemory::RefusedMemory(std::size_t size) {
  refused = 0;
  refused_size = size;
}

RefusedMemory::RefusedMemory(Skip skip) {
  refused = 0;
  left = skip.count;
}

RefusedMemory::~RefusedMemory() {
  left = -1;
  refuse_here = false;
  refused_size = 0;
}

std::size_t RefusedMemory::count() const {
  return refused;
}

void spare_callers_in(const char* library) {
  spared_library = library;
}

bool refuse_here_and_now() {
  const bool now = is_next();
  if (now) ++refused;
  return now;
}

std::int64_t live_allocations() {
  return live;
}

std::size_t last_allocation() {
  return last_size;
}

void* allocate(std::size_t size) {
  if (is_refused(size)) {
    ++refused;
    if (!is_spared()) throw std::bad_alloc();
  }
  last_size = size;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  ++live;
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr) --live;
  std::free(memory);
}

}  // namespace arges::faults

void* operator new(std::size_t size) {
  return arges::faults::allocate(size);
}
void* operator new[](std::size_t size) {
  return arges::faults::allocate(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return arges::faults::allocate(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept {
  arges::faults::release(memory);
}
void operator delete[](void* memory) noexcept {
  arges::faults::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  arges::faults::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  arges::faults::release(memory);
}
