// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "sdk/model/limits.h"
#include "sdk/model/model_config.h"
#include "sdk/model/weight_census.h"

namespace arges::sdk {

// What a model folder holds and what running it takes. Bytes are as the CPU backend keeps them.
struct ModelReport {
  ModelConfig config;
  std::string layout;  // WeightNames::layout
  WeightCensus census;
  std::int64_t files = 0;        // safetensors files, present or named by the index
  bool weights_present = false;  // false: only the index is there, sizes come from the config
  std::optional<std::uint64_t> index_bytes;  // metadata.total_size
  std::int64_t state_bytes = 0;              // lightning states of one session
  std::int64_t kv_bytes_per_token = 0;       // all softmax layers together
  std::vector<std::string> notes;            // things that look wrong but do not prevent loading

  // Weights, one session's state and its KV cache for that many tokens.
  std::int64_t memory_bytes(std::int64_t context_tokens) const;
};

// Looks at a folder without reading any weight. Also works where none of the shards is present
// beside config.json and model.safetensors.index.json: the index must then name exactly the
// tensors that the config demands. Errors as load_model, tokenizers aside.
Result<ModelReport> inspect_model(const std::string& folder, const ModelLimits& limits = {});

// For people: a dozen lines, numbers with thousands separators.
std::string report_text(const ModelReport& report);
// For scripts: one JSON object, plain numbers.
std::string report_json(const ModelReport& report);

}  // namespace arges::sdk
