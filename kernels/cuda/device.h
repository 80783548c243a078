// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

#include "kernels/base/device.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/lightning.h"
#include "kernels/cuda/virtual_memory.h"

struct CUevent_st;

namespace arges::kernels::cuda {

// A card as a device of the SDK: its memory, and a stream on which copies and ops follow one
// another; a second one for what runs aside, behind the first in the card's eyes. Calls may come
// from any thread.
class CudaDevice final : public Device {
 public:
  // UNSUPPORTED without a driver or such a card of compute capability 8.0 and up,
  // OUT_OF_MEMORY_DEVICE when it is full.
  static Result<std::unique_ptr<CudaDevice>> create(int card);
  ~CudaDevice() override;

  const char* name() const override { return name_.c_str(); }
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
  Status finish() override;
  Status aside(const std::function<Status()>& work) override;
  std::int64_t memory_bytes() const override { return memory_bytes_; }

  // That the calling thread's work goes to.
  Stream stream() const;

  enum class Sharing { kShared, kAlone };

  // While one lives, the thread's CUDA calls go to the device's context, and nobody else calls
  // anything when it is alone: what a stream is asked for while it is recorded would be recorded.
  // Within one, others of the thread do nothing.
  class Call {
   public:
    explicit Call(const CudaDevice& device, Sharing sharing = Sharing::kShared);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // INTERNAL when the context could not be made the thread's.
    const Status& status() const { return status_; }

   private:
    const CudaDevice& device_;
    const Sharing sharing_;
    const CudaDevice* const around_;  // that the thread was in a call of
    std::optional<Context::Current> current_;
    Status status_;
  };

 private:
  struct Streams {
    Stream main = nullptr;
    Stream side = nullptr;
    CUevent_st* side_done = nullptr;

    Status create();
    void destroy() const;
  };

  CudaDevice(std::unique_ptr<Context> context, std::unique_ptr<VirtualMemory> memory,
             const Streams& streams, std::int64_t memory_bytes);
  void wait_for_streams() const;
  Status rejoin();
  Status transfer(void* to, const void* from, std::size_t bytes, bool wait);

  std::string name_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<VirtualMemory> memory_;
  Streams streams_;
  std::mutex rejoining_;  // the event's
  std::int64_t memory_bytes_;
  mutable std::shared_mutex calls_;
};

}  // namespace arges::kernels::cuda
