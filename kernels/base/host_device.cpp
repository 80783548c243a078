// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "kernels/base/device.h"
#include "kernels/base/physical_memory.h"

namespace arges {
namespace {

Status out_of_memory(std::size_t bytes) {
  return {StatusCode::kOutOfMemoryHost,
          "cannot allocate " + std::to_string(bytes) +
              " bytes of host memory; close sessions, or use a smaller context or model"};
}

std::uintptr_t page_size() {
  static const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return size;
}

// What a large page of the processor spans, x86's and most of ARM's. A step streams through weights
// and states of many megabytes, and with small pages it waits for their addresses to be looked up.
constexpr std::uintptr_t kLargePage = std::uintptr_t{2} << 20;

std::uintptr_t round_down(std::uintptr_t address, std::uintptr_t page) {
  return address / page * page;
}

std::uintptr_t round_up(std::uintptr_t address, std::uintptr_t page) {
  return round_down(address + page - 1, page);
}

std::uintptr_t address_of(const std::byte* data) {
  return reinterpret_cast<std::uintptr_t>(data);
}

// Has the system put large pages behind what whole ones lie inside. A wish: where it has none, or
// was told to give none, small ones serve.
void prefer_large_pages(const std::byte* data, std::size_t bytes) {
  const std::uintptr_t begin = round_up(address_of(data), kLargePage);
  const std::uintptr_t end = round_down(address_of(data) + bytes, kLargePage);
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

class HostDevice final : public Device {
 public:
  const char* name() const override { return "host"; }
  bool is_host() const override { return true; }

  Result<std::byte*> allocate(std::size_t bytes) override {
    constexpr std::size_t kLargest = static_cast<std::size_t>(-1) / 2;
    if (bytes > kLargest) return out_of_memory(bytes);
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    void* data = std::aligned_alloc(kAlignment, rounded == 0 ? kAlignment : rounded);
    if (data == nullptr) return out_of_memory(bytes);
    prefer_large_pages(static_cast<std::byte*>(data), bytes);
    return static_cast<std::byte*>(data);
  }
  void free(std::byte* data, std::size_t) override { std::free(data); }

  // Whole large pages, so that a commit never leaves the range.
  Result<std::byte*> reserve(std::size_t bytes) override {
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    const std::size_t size = round_up(bytes, kLargePage);
    void* found = mmap(nullptr, size + kLargePage, PROT_NONE, kFlags, -1, 0);
    if (found == MAP_FAILED) return unsupported("the system has no addresses left for the pool");
    auto* const first = static_cast<std::byte*>(found);
    const std::size_t before = round_up(address_of(first), kLargePage) - address_of(first);
    std::byte* const data = first + before;
    if (before > 0) munmap(first, before);
    if (before < kLargePage) munmap(data + size, kLargePage - before);
    prefer_large_pages(data, size);
    return data;
  }
  void release(std::byte* data, std::size_t bytes) override {
    munmap(data, round_up(bytes, kLargePage));
  }

  Status commit(std::byte* data, std::size_t bytes) override {
    const std::uintptr_t begin = round_down(address_of(data), kLargePage);
    const std::uintptr_t end = round_up(address_of(data) + bytes, kLargePage);
    void* first = reinterpret_cast<void*>(begin);
    if (mprotect(first, end - begin, PROT_READ | PROT_WRITE) != 0) return out_of_memory(bytes);
    return {};
  }
  void decommit(std::byte* data, std::size_t bytes) override {
    const std::uintptr_t begin = round_up(address_of(data), page_size());
    const std::uintptr_t end = round_down(address_of(data) + bytes, page_size());
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }

  Status copy(void* to, const void* from, std::size_t bytes) override {
    return move(to, from, bytes);
  }
  Status upload(void* to, const void* from, std::size_t bytes) override {
    return move(to, from, bytes);
  }
  Status download(void* to, const void* from, std::size_t bytes) override {
    return move(to, from, bytes);
  }

  std::int64_t memory_bytes() const override { return physical_memory_bytes(); }

 private:
  // memcpy does not take null even for nothing.
  static Status move(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
    return {};
  }
};

}  // namespace

// Never destroyed: threads that still work while the process exits find it whole.
Device& host_device() {
  static HostDevice& device = *new HostDevice;
  return device;
}

}  // namespace arges
