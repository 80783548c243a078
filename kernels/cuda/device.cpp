// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/device.h"

#include <cuda_runtime_api.h>

#include <utility>

#include "kernels/cuda/card.h"
#include "kernels/cuda/cuda_status.h"

namespace arges::kernels::cuda {

Result<std::unique_ptr<CudaDevice>> CudaDevice::create(int card) {
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<Context> context, Context::create(card));
  const Context::Current current(*context);
  ARGES_RETURN_IF_ERROR(current.status());
  ARGES_ASSIGN_OR_RETURN(const Card about, current_card());
  if (about.major < kLeastMajor) {
    return unsupported("the card's compute capability is below 8.0");
  }
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<VirtualMemory> memory, VirtualMemory::create(card));
  Streams streams;
  if (const Status made = streams.create(); !made.ok()) {
    streams.destroy();
    return made;
  }
  std::size_t free = 0;
  std::size_t total = 0;
  ARGES_RETURN_IF_ERROR(to_status(cudaMemGetInfo(&free, &total), "the card's memory"));
  return std::unique_ptr<CudaDevice>(new CudaDevice(std::move(context), std::move(memory), streams,
                                                    static_cast<std::int64_t>(total)));
}

CudaDevice::CudaDevice(std::unique_ptr<Context> context, std::unique_ptr<VirtualMemory> memory,
                       const Streams& streams, std::int64_t memory_bytes)
    : name_("cuda:" + std::to_string(context->card())),
      context_(std::move(context)),
      memory_(std::move(memory)),
      streams_(streams),
      memory_bytes_(memory_bytes) {}

CudaDevice::~CudaDevice() {
  const Context::Current current(*context_);
  streams_.destroy();
  memory_.reset();
}

// The card takes blocks of the stream of higher priority first.
Status CudaDevice::Streams::create() {
  int least = 0;
  int greatest = 0;
  ARGES_RETURN_IF_ERROR(
      to_status(cudaDeviceGetStreamPriorityRange(&least, &greatest), "priorities of streams"));
  ARGES_RETURN_IF_ERROR(
      to_status(cudaStreamCreateWithPriority(&main, cudaStreamNonBlocking, greatest), "a stream"));
  ARGES_RETURN_IF_ERROR(
      to_status(cudaStreamCreateWithPriority(&side, cudaStreamNonBlocking, least), "a stream"));
  return to_status(cudaEventCreateWithFlags(&side_done, cudaEventDisableTiming), "an event");
}

void CudaDevice::Streams::destroy() const {
  if (side_done != nullptr) cudaEventDestroy(side_done);
  if (side != nullptr) cudaStreamDestroy(side);
  if (main != nullptr) cudaStreamDestroy(main);
}

namespace {

thread_local const CudaDevice* in_call_of = nullptr;
thread_local const CudaDevice* aside_of = nullptr;

class Aside {
 public:
  explicit Aside(const CudaDevice* device) : around_(std::exchange(aside_of, device)) {}
  ~Aside() { aside_of = around_; }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

 private:
  const CudaDevice* const around_;
};

}  // namespace

Stream CudaDevice::stream() const {
  return aside_of == this ? streams_.side : streams_.main;
}

// What is queued may still read what is given back.
void CudaDevice::wait_for_streams() const {
  cudaStreamSynchronize(streams_.main);
  cudaStreamSynchronize(streams_.side);
}

CudaDevice::Call::Call(const CudaDevice& device, Sharing sharing)
    : device_(device), sharing_(sharing), around_(in_call_of) {
  if (around_ == &device) return;
  if (sharing == Sharing::kAlone) {
    device.calls_.lock();
  } else {
    device.calls_.lock_shared();
  }
  in_call_of = &device;
  status_ = current_.emplace(*device.context_).status();
}

CudaDevice::Call::~Call() {
  if (around_ == &device_) return;
  current_.reset();
  in_call_of = around_;
  if (sharing_ == Sharing::kAlone) {
    device_.calls_.unlock();
  } else {
    device_.calls_.unlock_shared();
  }
}

Result<std::byte*> CudaDevice::allocate(std::size_t bytes) {
  const Call call(*this);
  ARGES_RETURN_IF_ERROR(call.status());
  void* data = nullptr;
  ARGES_RETURN_IF_ERROR(
      to_status(cudaMalloc(&data, bytes == 0 ? kAlignment : bytes), "memory of the card"));
  return static_cast<std::byte*>(data);
}

void CudaDevice::free(std::byte* data, std::size_t) {
  const Call call(*this);
  cudaFree(data);
}

Result<std::byte*> CudaDevice::reserve(std::size_t bytes) {
  const Call call(*this);
  return memory_->reserve(bytes);
}

void CudaDevice::release(std::byte* data, std::size_t bytes) {
  const Call call(*this);
  wait_for_streams();
  memory_->release(data, bytes);
}

// Cleared, since a page of keys and values is copied as a whole when part of it is filled:
// compute-sanitizer could not tell such a read from one that matters.
Status CudaDevice::commit(std::byte* data, std::size_t bytes) {
  const Call call(*this);
  ARGES_RETURN_IF_ERROR(memory_->commit(data, bytes));
  return to_status(cudaMemsetAsync(data, 0, bytes, stream()), "memory of the card");
}

void CudaDevice::decommit(std::byte* data, std::size_t bytes) {
  if (!memory_->has_page_within(data, bytes)) return;
  const Call call(*this);
  wait_for_streams();
  memory_->decommit(data, bytes);
}

Status CudaDevice::transfer(void* to, const void* from, std::size_t bytes, bool wait) {
  if (bytes == 0) return {};
  const Call call(*this);
  ARGES_RETURN_IF_ERROR(call.status());
  ARGES_RETURN_IF_ERROR(
      to_status(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream()), "a copy"));
  return wait ? to_status(cudaStreamSynchronize(stream()), "the card") : Status();
}

Status CudaDevice::finish() {
  const Call call(*this);
  ARGES_RETURN_IF_ERROR(call.status());
  ARGES_RETURN_IF_ERROR(to_status(cudaStreamSynchronize(streams_.side), "the card"));
  return to_status(cudaStreamSynchronize(streams_.main), "the card");
}

Status CudaDevice::aside(const std::function<Status()>& work) {
  const Status status = [&] {
    const Aside here(this);
    return work();
  }();
  const Status rejoined = rejoin();
  return status.ok() ? rejoined : status;
}

// What comes on the main stream follows what is on the side.
Status CudaDevice::rejoin() {
  const Call call(*this);
  ARGES_RETURN_IF_ERROR(call.status());
  const std::lock_guard lock(rejoining_);
  ARGES_RETURN_IF_ERROR(to_status(cudaEventRecord(streams_.side_done, streams_.side), "an event"));
  return to_status(cudaStreamWaitEvent(streams_.main, streams_.side_done, 0), "an event");
}

Status CudaDevice::copy(void* to, const void* from, std::size_t bytes) {
  return transfer(to, from, bytes, false);
}
// From pageable memory, as all of ours is: the driver has taken the bytes when it returns, and does
// not wait for what is queued.
Status CudaDevice::upload(void* to, const void* from, std::size_t bytes) {
  return transfer(to, from, bytes, false);
}
Status CudaDevice::download(void* to, const void* from, std::size_t bytes) {
  return transfer(to, from, bytes, true);
}

}  // namespace arges::kernels::cuda
