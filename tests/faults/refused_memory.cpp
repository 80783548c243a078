// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/refused_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace arges::faults {
namespace {

thread_local bool refuse_here = false;
thread_local std::size_t last_size = 0;
std::atomic<std::size_t> refused_size{0};
std::atomic<std::size_t> refused{0};
std::atomic<std::int64_t> left{-1};  // allocations up to the one to refuse; negative: none

bool is_refused(std::size_t size) {
  if (left >= 0 && left-- == 0) return true;
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

std::size_t last_allocation() {
  return last_size;
}

void* allocate(std::size_t size) {
  if (is_refused(size)) {
    ++refused;
    throw std::bad_alloc();
  }
  last_size = size;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace arges::faults

void* operator new(std::size_t size) {
  return arges::faults::allocate(size);
}
void* operator new[](std::size_t size) {
  return arges::faults::allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
