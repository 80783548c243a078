// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <utility>

#include "kernels/backend.h"
#include "kernels/cuda/device.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/step_graphs.h"

// How the ops of a backend run on a card: on its device's stream, in its context.
namespace arges::kernels::cuda {

inline constexpr unsigned kEachThreads = 256;

template <class Body>
struct EachLaunch {
  std::int64_t count;
  Body body;
};

template <class Body>
__global__ void __launch_bounds__(kEachThreads)
    each_kernel(const __grid_constant__ EachLaunch<Body> launch) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kEachThreads + threadIdx.x;
  if (i < launch.count) launch.body(i);
}

// As plain/each.h has it.
struct CudaExecutor {
  Stream stream;

  template <class Body>
  Status each(std::int64_t count, const Body& body) const {
    if (count == 0) return {};
    LaunchShape shape;
    shape.blocks = static_cast<unsigned>((count + kEachThreads - 1) / kEachThreads);
    shape.threads = kEachThreads;
    return launch_kernel(each_kernel<Body>, shape, EachLaunch<Body>{count, body}, stream,
                         "launch of an op");
  }
  Status copy(void* to, const void* from, std::int64_t bytes) const {
    return to_status(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes),
                                     cudaMemcpyDeviceToDevice, stream),
                     "a copy");
  }
};

// An op of a table: kOp in the context of the backend's card.
template <class Args, Status (*kOp)(const CudaExecutor&, const ExecContext&, const Args&)>
Status run_op(const ExecContext& context, const Args& args) {
  const auto& device = static_cast<const CudaDevice&>(*context.backend->device);
  const CudaDevice::Call call(device);
  ARGES_RETURN_IF_ERROR(call.status());
  return kOp(CudaExecutor{device.stream()}, context, args);
}

// A backend with a device of its own, whose decode steps are recorded or not.
inline Result<std::shared_ptr<const Backend>> make_card_backend(int card, const OpTable& ops,
                                                                bool records) {
  struct CardBackend {
    std::unique_ptr<CudaDevice> device;
    std::unique_ptr<StepGraphs> graphs;
    Backend backend;
  };
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<CudaDevice> device, CudaDevice::create(card));
  const auto made = std::make_shared<CardBackend>();
  made->backend = Backend{
      .name = "cuda",
      .device = device.get(),
      .layout = MatrixLayout::kRowMajor,
      .ops = ops,
      .kv_page_tokens = 128,
      .tiles_at_once = 40,  // a picture of the release has 37 at most
  };
  if (records) made->graphs = std::make_unique<StepGraphs>(*device);
  made->backend.recorder = made->graphs.get();
  made->device = std::move(device);
  return std::shared_ptr<const Backend>(made, &made->backend);
}

}  // namespace arges::kernels::cuda
