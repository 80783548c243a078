// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "kernels/base/device.h"

namespace arges::testing {

// Host memory that behaves like a card's: whoever follows a pointer into it from outside an op or a
// copy dies of a segmentation fault. New memory holds NaN. One range of addresses, so that opening
// and closing it is one call.
class GuardedDevice final : public Device {
 public:
  // `memory`: bytes of it, as allocations and commits take them; may change.
  static Result<std::unique_ptr<GuardedDevice>> create(const std::atomic<std::int64_t>& memory);
  ~GuardedDevice() override;

  // While one lives, the memory may be touched, from any thread.
  class Open {
   public:
    explicit Open(GuardedDevice& device) : device_(device) { device_.open(1); }
    ~Open() { device_.open(-1); }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

   private:
    GuardedDevice& device_;
  };

  // From now on everything that can fail does: a card that was lost.
  void lose() { lost_ = true; }
  Status health() const;
  // Allocated and committed, now.
  std::int64_t bytes_in_use() const { return in_use_; }

  const char* name() const override { return "guarded"; }
  bool is_host() const override { return false; }
  Result<std::byte*> allocate(std::size_t bytes) override;
  void free(std::byte* data, std::size_t bytes) override;
  Result<std::byte*> reserve(std::size_t bytes) override;
  void release(std::byte* data, std::size_t bytes) override;
  Status commit(std::byte* data, std::size_t bytes) override;
  void decommit(std::byte* data, std::size_t bytes) override;
  Status copy(void* to, const void* from, std::size_t bytes) override;
  Status upload(void* to, const void* from, std::size_t bytes) override;
  Status download(void* to, const void* from, std::size_t bytes) override;
  std::int64_t memory_bytes() const override { return memory_; }

 private:
  GuardedDevice(std::byte* range, const std::atomic<std::int64_t>& memory)
      : range_(range), memory_(memory) {}

  void open(int change);
  Result<std::byte*> take_addresses(std::size_t bytes);
  Status take_memory(std::size_t bytes);
  Status move(void* to, const void* from, std::size_t bytes);

  std::byte* const range_;
  const std::atomic<std::int64_t>& memory_;
  std::atomic<bool> lost_{false};
  std::atomic<std::int64_t> in_use_{0};
  std::mutex mutex_;
  int opened_ = 0;
  std::size_t used_ = 0;                               // addresses, from the range's beginning
  std::multimap<std::size_t, std::byte*> given_back_;  // addresses, by their size
};

}  // namespace arges::testing
