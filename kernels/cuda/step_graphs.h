// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>

#include "kernels/cuda/device.h"
#include "kernels/step_recorder.h"

struct CUgraphExec_st;

namespace arges::kernels::cuda {

// Decode steps as CUDA graphs, one a key (a batch of a size, mostly). A key's first step is run as
// it comes, which loads kernels and lets the workspace grow; its second is recorded.
class StepGraphs final : public StepRecorder {
 public:
  explicit StepGraphs(CudaDevice& device) : device_(device) {}
  ~StepGraphs() override;

  // What `queue` says; INTERNAL when a graph cannot be launched. A step that cannot be recorded is
  // run as it comes.
  Status run(const StepKey& key, const std::function<Status()>& queue) override;

 private:
  struct Destroy {
    void operator()(CUgraphExec_st* graph) const;
  };
  using Graph = std::unique_ptr<CUgraphExec_st, Destroy>;

  // Null when recording does not work here.
  Result<Graph> record(const std::function<Status()>& queue);
  Status launch(const Graph& graph);

  CudaDevice& device_;
  std::set<StepKey> seen_;
  std::map<StepKey, Graph> graphs_;
};

}  // namespace arges::kernels::cuda
