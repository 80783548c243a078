// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/plain_backend.h"

#include <map>
#include <mutex>

#include "kernels/cuda/device.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/plain/attention.h"
#include "kernels/cuda/plain/experts.h"
#include "kernels/cuda/plain/lay_out.h"
#include "kernels/cuda/plain/lightning.h"
#include "kernels/cuda/plain/products.h"
#include "kernels/cuda/plain/rows.h"

namespace arges::kernels::cuda {

namespace {

constexpr unsigned kThreads = 256;

template <class Body>
struct EachLaunch {
  std::int64_t count;
  Body body;
};

template <class Body>
__global__ void __launch_bounds__(kThreads)
    each_kernel(const __grid_constant__ EachLaunch<Body> launch) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i < launch.count) launch.body(i);
}

// As plain/each.h has it, on the device's stream.
struct CudaExecutor {
  Stream stream;

  template <class Body>
  Status each(std::int64_t count, const Body& body) const {
    if (count == 0) return {};
    LaunchShape shape;
    shape.blocks = static_cast<unsigned>((count + kThreads - 1) / kThreads);
    shape.threads = kThreads;
    return launch_kernel(each_kernel<Body>, shape, EachLaunch<Body>{count, body}, stream,
                         "launch of a plain op");
  }
  Status copy(void* to, const void* from, std::int64_t bytes) const {
    return to_status(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes),
                                     cudaMemcpyDeviceToDevice, stream),
                     "a copy");
  }
};

// lay_out is host code.
Status lay_out(const CudaExecutor&, const ExecContext& context, const LayOutArgs& args) {
  return plain::lay_out(context, args);
}

template <class Args, Status (*kOp)(const CudaExecutor&, const ExecContext&, const Args&)>
Status run(const ExecContext& context, const Args& args) {
  const auto& device = static_cast<const CudaDevice&>(*context.backend->device);
  ARGES_RETURN_IF_ERROR(device.failure());
  const Context::Current current(device.context());
  ARGES_RETURN_IF_ERROR(current.status());
  ARGES_RETURN_IF_ERROR(kOp(CudaExecutor{device.stream()}, context, args));
  return device.failure();
}

struct CardBackend {
  std::unique_ptr<CudaDevice> device;
  Backend backend;
};

Result<CardBackend> make_backend(int card) {
  using namespace plain;
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<CudaDevice> device, CudaDevice::create(card));
  Backend backend = {
      .name = "cuda",
      .device = device.get(),
      .layout = MatrixLayout::kRowMajor,
#define ARGES_OP(op, Args) .op = run<Args, op>,
      .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
      .kv_page_tokens = 128,
      .tiles_at_once = 8,
  };
  return CardBackend{std::move(device), backend};
}

}  // namespace

Result<const Backend*> plain_backend(int card) {
  static std::mutex mutex;
  static auto& backends = *new std::map<int, CardBackend>;  // outlives the driver's own end
  const std::lock_guard lock(mutex);
  const auto found = backends.find(card);
  if (found != backends.end()) return &found->second.backend;
  ARGES_ASSIGN_OR_RETURN(CardBackend made, make_backend(card));
  return &backends.emplace(card, std::move(made)).first->second.backend;
}

}  // namespace arges::kernels::cuda
