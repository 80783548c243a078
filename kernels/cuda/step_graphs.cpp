// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/step_graphs.h"

#include <cuda_runtime_api.h>

#include <utility>

#include "kernels/cuda/cuda_status.h"

namespace arges::kernels::cuda {

namespace {

constexpr std::size_t kMostGraphs = 256;

}  // namespace

void StepGraphs::Destroy::operator()(CUgraphExec_st* graph) const {
  cudaGraphExecDestroy(graph);
}

StepGraphs::~StepGraphs() {
  const CudaDevice::Call call(device_);
  graphs_.clear();
}

Status StepGraphs::run(const StepKey& key, const std::function<Status()>& queue) {
  if (const auto found = graphs_.find(key); found != graphs_.end()) {
    return found->second ? launch(found->second) : queue();
  }
  if (seen_.insert(key).second || graphs_.size() == kMostGraphs) return queue();
  ARGES_ASSIGN_OR_RETURN(Graph graph, record(queue));
  const Graph& kept = graphs_.emplace(key, std::move(graph)).first->second;
  return kept ? launch(kept) : queue();
}

Result<StepGraphs::Graph> StepGraphs::record(const std::function<Status()>& queue) {
  const CudaDevice::Call call(device_, CudaDevice::Sharing::kAlone);
  ARGES_RETURN_IF_ERROR(call.status());
  if (cudaStreamBeginCapture(device_.stream(), cudaStreamCaptureModeRelaxed) != cudaSuccess) {
    return Graph();
  }
  const Status queued = queue();
  cudaGraph_t recorded = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(device_.stream(), &recorded);
  ARGES_RETURN_IF_ERROR(queued);
  CUgraphExec_st* graph = nullptr;
  if (ended == cudaSuccess && cudaGraphInstantiate(&graph, recorded, 0) != cudaSuccess) {
    graph = nullptr;
  }
  cudaGraphDestroy(recorded);
  cudaGetLastError();  // a failure to record is none of the next call's
  return Graph(graph);
}

Status StepGraphs::launch(const Graph& graph) {
  const CudaDevice::Call call(device_);
  ARGES_RETURN_IF_ERROR(call.status());
  return to_status(cudaGraphLaunch(graph.get(), device_.stream()), "launch of a decode step");
}

}  // namespace arges::kernels::cuda
