// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/counted_experts.h"

#include <set>
#include <utility>

namespace arges::cli {
namespace {

std::int64_t counted = 0;

Status count_and_run(const kernels::ExecContext& context, const kernels::ExpertFfnArgs& args) {
  const std::int32_t* ids = args.expert_ids.i32();
  counted += static_cast<std::int64_t>(
      std::set<std::int32_t>(ids, ids + args.expert_ids.shape.count()).size());
  return kernels::cpu_ops().expert_ffn(context, args);
}

kernels::OpTable with_count() {
  kernels::OpTable ops = kernels::cpu_ops();
  ops.expert_ffn = count_and_run;
  return ops;
}

}  // namespace

const kernels::OpTable& counting_ops() {
  static const kernels::OpTable ops = with_count();
  return ops;
}

std::int64_t take_expert_count() {
  return std::exchange(counted, 0);
}

}  // namespace arges::cli
