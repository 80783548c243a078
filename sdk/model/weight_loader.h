// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "kernels/base/exec_context.h"
#include "kernels/base/memory.h"
#include "kernels/base/status.h"
#include "sdk/model/checkpoint.h"
#include "sdk/model/format_policy.h"
#include "sdk/model/shard_plan.h"
#include "sdk/model/weight_census.h"

namespace arges::sdk {

// Called after each tensor with bytes done and bytes in all, on the loading thread; false stops
// the load with CANCELLED.
using LoadProgress = std::function<bool(std::int64_t done, std::int64_t total)>;
// The answer to a load that LoadProgress stopped.
Status loading_cancelled();

// How weights are brought in.
struct WeightOptions {
  FileAccess access = FileAccess::kMap;
  FormatPolicy formats;
  ShardPlan shards;
  LoadProgress progress;  // may be empty
  // Shown the embedding table, [vocab, hidden] as the file has it, while it is in the host's
  // memory.
  std::function<void(const ConstTensorView&)> embedding;  // may be empty
};

// All weights of a model and the memory they refer to. Movable; the weights' views stay valid.
struct ModelWeights {
  language::DecoderWeights decoder;
  vision::ImageEncoderWeights image_encoder;  // empty for a model without vision
  std::int64_t bytes = 0;                     // of all of them in memory, or in the mapped files
  std::vector<Memory> buffers;
  std::unique_ptr<Checkpoint> checkpoint;  // its files still in use stay open
};

// Brings a checkpoint's weights into the backend's form: linear maps through kernels::lay_out,
// vectors widened to f32, the embedding table left in the file's pages, and so are weights that the
// files have quantised, where the backend reads panels; what ops read lies in the memory of the
// backend's device. Tensors that were laid out
// give their pages back at once, so that memory peaks near one copy of the model; when done, files
// that nothing refers to are closed. Decay slopes are computed.
// Of what ranks share, only this rank's part is brought in; all of it in the formats asked for.
// Precondition: take_census succeeded with these names and gave total_bytes, check_shard_plan, and
// options.formats is what formats_beside_files says.
// OUT_OF_MEMORY_*, CANCELLED, MODEL_INVALID for a scale that is not finite, or what lay_out says.
Result<ModelWeights> load_weights(const kernels::ExecContext& context, const ModelConfig& config,
                                  const WeightNames& names, std::int64_t total_bytes,
                                  std::unique_ptr<Checkpoint> checkpoint,
                                  const WeightOptions& options);

}  // namespace arges::sdk
