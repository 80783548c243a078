// SPDX-License-Identifier: Apache-2.0
#include "tests/sdk/fusion/guarded_device.h"

#include <sys/mman.h>

#include <cstring>

namespace arges::testing {
namespace {

constexpr std::size_t kRange = std::size_t{1} << 34;

std::size_t rounded(std::size_t bytes) {
  constexpr std::size_t kPage = 4096;
  return (bytes + kPage) / kPage * kPage;  // at least one
}

}  // namespace

Result<std::unique_ptr<GuardedDevice>> GuardedDevice::create(
    const std::atomic<std::int64_t>& memory) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* range = mmap(nullptr, kRange, PROT_NONE, kFlags, -1, 0);
  if (range == MAP_FAILED) return internal_error("no addresses for the guarded device");
  return std::unique_ptr<GuardedDevice>(new GuardedDevice(static_cast<std::byte*>(range), memory));
}

GuardedDevice::~GuardedDevice() {
  munmap(range_, kRange);
}

void GuardedDevice::open(int change) {
  const std::lock_guard lock(mutex_);
  const bool was_open = opened_ > 0;
  opened_ += change;
  const bool is_open = opened_ > 0;
  if (was_open != is_open) mprotect(range_, used_, is_open ? PROT_READ | PROT_WRITE : PROT_NONE);
}

Status GuardedDevice::health() const {
  return lost_ ? internal_error("the card: it was lost") : Status();
}

Result<std::byte*> GuardedDevice::take_addresses(std::size_t bytes) {
  const std::size_t size = rounded(bytes);
  const std::lock_guard lock(mutex_);
  if (const auto found = given_back_.find(size); found != given_back_.end()) {
    std::byte* const data = found->second;
    given_back_.erase(found);
    return data;
  }
  if (used_ + size > kRange) return unsupported("the guarded device has no addresses left");
  std::byte* const data = range_ + used_;
  used_ += size;
  if (opened_ > 0) mprotect(data, size, PROT_READ | PROT_WRITE);
  return data;
}

Status GuardedDevice::take_memory(std::size_t bytes) {
  ARGES_RETURN_IF_ERROR(health());
  const auto more = static_cast<std::int64_t>(bytes);
  if (in_use_ + more > memory_) {
    return {StatusCode::kOutOfMemoryDevice, "memory of the card: out of memory"};
  }
  in_use_ += more;
  return {};
}

Result<std::byte*> GuardedDevice::allocate(std::size_t bytes) {
  ARGES_RETURN_IF_ERROR(take_memory(bytes));
  ARGES_ASSIGN_OR_RETURN(std::byte* const data, take_addresses(bytes));
  const Open open(*this);
  std::memset(data, 0xff, bytes);
  return data;
}

void GuardedDevice::free(std::byte* data, std::size_t bytes) {
  in_use_ -= static_cast<std::int64_t>(bytes);
  release(data, bytes);
}

Result<std::byte*> GuardedDevice::reserve(std::size_t bytes) {
  return take_addresses(bytes);
}

void GuardedDevice::release(std::byte* data, std::size_t bytes) {
  madvise(data, rounded(bytes), MADV_DONTNEED);
  const std::lock_guard lock(mutex_);
  given_back_.emplace(rounded(bytes), data);
}

Status GuardedDevice::commit(std::byte* data, std::size_t bytes) {
  ARGES_RETURN_IF_ERROR(take_memory(bytes));
  const Open open(*this);
  std::memset(data, 0xff, bytes);
  return {};
}

void GuardedDevice::decommit(std::byte*, std::size_t bytes) {
  in_use_ -= static_cast<std::int64_t>(bytes);
}

Status GuardedDevice::move(void* to, const void* from, std::size_t bytes) {
  ARGES_RETURN_IF_ERROR(health());
  const Open open(*this);
  if (bytes > 0) std::memcpy(to, from, bytes);
  return {};
}

Status GuardedDevice::copy(void* to, const void* from, std::size_t bytes) {
  return move(to, from, bytes);
}
Status GuardedDevice::upload(void* to, const void* from, std::size_t bytes) {
  return move(to, from, bytes);
}
Status GuardedDevice::download(void* to, const void* from, std::size_t bytes) {
  return move(to, from, bytes);
}

}  // namespace arges::testing
