// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/model/limits.h"

namespace arges::sdk {

inline constexpr std::string_view kIndexFile = "model.safetensors.index.json";

// Which shard file holds which tensor, as the index file says.
struct ShardIndex {
  struct Entry {
    std::string tensor;
    std::uint32_t shard = 0;  // into shards
  };

  std::vector<std::string> shards;           // plain file names, each once
  std::vector<Entry> entries;                // by ascending tensor name
  std::optional<std::uint64_t> total_bytes;  // metadata.total_size, if given
};

// Parses the text of an index. MODEL_INVALID for malformed JSON, a duplicate, an empty map, a
// shard name that is not a plain *.safetensors file name, or more than the limits allow.
// What `stop` returns, which is asked while a long index is read.
Result<ShardIndex> parse_shard_index(std::string_view text, const ModelLimits& limits,
                                     const StopCheck& stop = never_stop());

}  // namespace arges::sdk
