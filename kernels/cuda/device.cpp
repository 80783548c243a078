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
  cudaStream_t stream = nullptr;
  ARGES_RETURN_IF_ERROR(
      to_status(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream"));
  std::size_t free = 0;
  std::size_t total = 0;
  ARGES_RETURN_IF_ERROR(to_status(cudaMemGetInfo(&free, &total), "the card's memory"));
  return std::unique_ptr<CudaDevice>(new CudaDevice(std::move(context), std::move(memory), stream,
                                                    static_cast<std::int64_t>(total)));
}

CudaDevice::CudaDevice(std::unique_ptr<Context> context, std::unique_ptr<VirtualMemory> memory,
                       Stream stream, std::int64_t memory_bytes)
    : name_("cuda:" + std::to_string(context->card())),
      context_(std::move(context)),
      memory_(std::move(memory)),
      stream_(stream),
      memory_bytes_(memory_bytes) {}

CudaDevice::~CudaDevice() {
  const Context::Current current(*context_);
  cudaStreamDestroy(stream_);
  memory_.reset();
}

namespace {

thread_local const CudaDevice* in_call_of = nullptr;

}  // namespace

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
  cudaStreamSynchronize(stream_);
  memory_->release(data, bytes);
}

Status CudaDevice::commit(std::byte* data, std::size_t bytes) {
  const Call call(*this);
  return memory_->commit(data, bytes);
}

void CudaDevice::decommit(std::byte* data, std::size_t bytes) {
  if (!memory_->has_page_within(data, bytes)) return;
  const Call call(*this);
  cudaStreamSynchronize(stream_);  // what is queued may still read it
  memory_->decommit(data, bytes);
}

Status CudaDevice::transfer(void* to, const void* from, std::size_t bytes, bool wait) {
  if (bytes == 0) return {};
  const Call call(*this);
  ARGES_RETURN_IF_ERROR(call.status());
  ARGES_RETURN_IF_ERROR(
      to_status(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_), "a copy"));
  return wait ? to_status(cudaStreamSynchronize(stream_), "the card") : Status();
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
