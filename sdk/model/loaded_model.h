// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "language/text/prompt.h"
#include "language/text/tokenizer.h"
#include "sdk/model/limits.h"
#include "sdk/model/model_config.h"
#include "sdk/model/weight_census.h"
#include "sdk/model/weight_loader.h"

namespace arges::sdk {

struct LoadOptions {
  ModelLimits limits;
  FileAccess access = FileAccess::kMap;
  // Leaves out tokenizer and prompt family, for tools that work on ids and for folders that have
  // none.
  bool weights_only = false;
  FormatPolicy formats;
  ShardPlan shards;
  // May be empty. Called with 0 of 0 bytes, too, while the files are looked through; CANCELLED
  // follows within about a second of its false.
  LoadProgress progress;
};

// A model in memory. Immutable after load_model, so any number of threads may read it; the weights
// in it refer to memory it owns, so it must outlive the Decoder and ImageEncoder built from them.
struct LoadedModel {
  ModelConfig config;
  std::shared_ptr<const language::Tokenizer> tokenizer;  // null under weights_only
  std::shared_ptr<const language::PromptFamily> prompt;  // null under weights_only
  ModelWeights weights;
  WeightCensus census;
  FormatPolicy formats;  // that its weights are kept in
  // Ids that must never be sampled, ascending: untrained rows (architecture.md §5.5) and the
  // picture placeholder, which means nothing without a picture.
  std::vector<language::TokenId> suppressed;
  std::uint64_t digest = 0;  // digest_of()'s
};

// Reads a model folder, checks all of it and brings the weights into the form of context.backend.
// Blocks for as long as that takes; uses context.pool. On failure nothing stays allocated.
// Every rank of a plan reads the same files and keeps its own part.
// NOT_FOUND: the folder or a file it must have is absent. MODEL_INVALID: a file breaks a rule or
// disagrees with another; the message names it. UNSUPPORTED: an honest model that needs more than
// this library does. CANCELLED, OUT_OF_MEMORY_HOST, OUT_OF_MEMORY_DEVICE, IO.
Result<std::unique_ptr<LoadedModel>> load_model(const std::string& folder,
                                                const kernels::ExecContext& context,
                                                const LoadOptions& options = {});

}  // namespace arges::sdk
