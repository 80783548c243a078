// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/ops/lay_out.h"
#include "language/model/config.h"

namespace arges::sdk {

// What a rank keeps of a tensor when several share a layer: the mark that the list of tensors puts
// beside each.
enum class Split : std::uint8_t {
  kWhole,    // all of it
  kOutputs,  // some of its rows, by whole groups: heads, or turns of an expert's inner outputs
  kInputs,   // some of its columns: what the rank's own outputs of the map before are fed to
};

// How a model's layers are divided among ranks that compute side by side. Pure data; with one rank
// everything is whole. Ranks hold neighbouring stretches of equal size.
struct ShardPlan {
  std::int64_t ranks = 1;  // that share every layer (tensor parallel)
  std::int64_t rank = 0;   // this one, in [0, ranks)

  bool whole() const { return ranks == 1; }
};

// UNSUPPORTED, naming what does not come out even, unless every rank gets as many kv heads (so as
// many heads) and as many whole turns of kernels::kGateRows inner outputs as the others.
// INVALID_ARGUMENT for a rank that is not there.
Status check_shard_plan(const ShardPlan& plan, const language::DecoderConfig& config);

// The rank's part of a source, where it lies: nothing is copied. Precondition: the groups, or the
// columns, can be divided evenly.
kernels::MatrixSource shard(const kernels::MatrixSource& source, Split split,
                            const ShardPlan& plan);

// The rank's part of `count` numbers that belong to its outputs (norm weights, slopes).
struct ShardRange {
  std::int64_t begin = 0;
  std::int64_t count = 0;
};
ShardRange shard(std::int64_t count, Split split, const ShardPlan& plan);

// The config that a rank's model code runs with: as many heads, kv heads and inner outputs as it
// has. Precondition: check_shard_plan.
language::DecoderConfig local_config(language::DecoderConfig config, const ShardPlan& plan);

}  // namespace arges::sdk
