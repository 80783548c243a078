// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/counted_experts.h"

#include <utility>

namespace arges::cli {
namespace {

std::int64_t counted = 0;

Status count_and_run(const kernels::ExecContext& context, const kernels::ExpertFfnArgs& args) {
  const std::int32_t* offsets = args.routing.offsets.i32();
  for (std::size_t e = 0; e < args.experts.size(); ++e) counted += offsets[e + 1] > offsets[e];
  return kernels::cpu_backend().ops.expert_ffn(context, args);
}

kernels::Backend with_count() {
  kernels::Backend backend = kernels::cpu_backend();
  backend.ops.expert_ffn = count_and_run;
  return backend;
}

}  // namespace

const kernels::Backend& counting_backend() {
  static const kernels::Backend backend = with_count();
  return backend;
}

std::int64_t take_expert_count() {
  return std::exchange(counted, 0);
}

}  // namespace arges::cli
