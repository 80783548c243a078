// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/shard_plan.h"

#include <string>

#include "kernels/ops/expert_ffn.h"

namespace arges::sdk {
namespace {

Status check_even(const char* what, std::int64_t count, std::int64_t ranks) {
  if (count % ranks == 0) return {};
  return unsupported(std::to_string(ranks) + " ranks cannot share " + std::to_string(count) + " " +
                     what + " evenly");
}

}  // namespace

Status check_shard_plan(const ShardPlan& plan, const language::DecoderConfig& config) {
  if (plan.ranks < 1 || plan.rank < 0 || plan.rank >= plan.ranks) {
    return invalid_argument("a rank must lie in [0, ranks)");
  }
  if (plan.whole()) return {};
  ARGES_RETURN_IF_ERROR(check_even("kv heads", config.num_kv_heads, plan.ranks));
  return check_even("inner outputs of an expert, in turns of 16,", config.expert_ffn_size,
                    plan.ranks * kernels::kGateRows);
}

ShardRange shard(std::int64_t count, Split split, const ShardPlan& plan) {
  if (split == Split::kWhole) return {0, count};
  const std::int64_t each = count / plan.ranks;
  return {plan.rank * each, each};
}

kernels::MatrixSource shard(const kernels::MatrixSource& source, Split split,
                            const ShardPlan& plan) {
  kernels::MatrixSource part = source;
  std::int64_t first = 0;  // element of the part in the source
  if (split == Split::kOutputs) {
    const ShardRange rows = shard(source.rows, split, plan);
    part.rows = rows.count;
    first = rows.begin * source.row_stride;
  } else if (split == Split::kInputs) {
    const ShardRange cols = shard(source.cols, split, plan);
    part.cols = cols.count;
    first = cols.begin;
  }
  part.data = static_cast<const std::byte*>(source.data) +
              static_cast<std::size_t>(first) * dtype_size(source.dtype);
  return part;
}

language::DecoderConfig local_config(language::DecoderConfig config, const ShardPlan& plan) {
  config.num_heads /= plan.ranks;
  config.num_kv_heads /= plan.ranks;
  config.expert_ffn_size /= plan.ranks;
  return config;
}

}  // namespace arges::sdk
