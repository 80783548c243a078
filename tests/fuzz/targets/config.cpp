// SPDX-License-Identifier: Apache-2.0
// config.json, preprocessor_config.json, model.safetensors.index.json and arges_weights.json as the
// parts of an input:
// typed refusals, or a config whose numbers fit together and a census that adds up.
#include <string>

#include "sdk/model/model_config.h"
#include "sdk/model/shard_index.h"
#include "sdk/model/tensor_listing.h"
#include "sdk/model/weight_census.h"
#include "sdk/model/weight_names.h"
#include "sdk/model/weights_header.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/parts.h"
#include "tests/fuzz/support/target.h"

namespace {

using namespace arges::fuzz;
using namespace arges::sdk;
using arges::StatusCode;

constexpr double kSeconds = 0.5;

void check_config(const ModelConfig& config) {
  const arges::language::DecoderConfig& text = config.text;
  require(text.vocab_size > 0 && text.hidden_size > 0 && text.head_dim > 0, "sizes are positive");
  require(text.num_heads > 0 && text.num_kv_heads > 0, "there are heads");
  require(text.rotary_dim >= 0 && text.rotary_dim <= text.head_dim, "a part of a head rotates");
  require(text.experts_per_token <= text.num_experts, "experts are there");
  require(config.vision.has_value() == config.tiles.has_value(), "encoder and tiles go together");
  require(!config.vision || (config.image_token >= 0 && config.image_token < text.vocab_size),
          "the picture's token is in the vocabulary");
}

void check_index(const ShardIndex& index) {
  require(!index.shards.empty() && !index.entries.empty(), "an index names tensors");
  for (std::size_t i = 0; i < index.entries.size(); ++i) {
    require(index.entries[i].shard < index.shards.size(), "an entry's shard is there");
    require(i == 0 || index.entries[i - 1].tensor < index.entries[i].tensor, "names ascend");
  }
  for (const std::string& shard : index.shards) {
    require(shard.find_first_of("/\\") == std::string::npos && shard != "..", "shards are files");
  }
}

// What `arges inspect` does with a config and an index.
void take_census_of(const ModelConfig& config, const ShardIndex& index) {
  const TensorListing listing = TensorListing::of(index);
  const WeightNames names = detect_weight_names(listing, config.vision.has_value());
  const auto census = take_census(config, names, listing);
  if (!census.ok()) return require_status(census.status(), {StatusCode::kModelInvalid});
  require(census->total.tensors > 0 && census->total.bytes > 0, "a census counts");
  require(census->total.parameters <= 2 * census->total.bytes, "a weight has 4 bits");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  const CpuTime time;
  const auto parts = split_parts(as_text(data, size));
  const ModelLimits limits;
  auto config = parse_model_config(part(parts, 0), part(parts, 1), limits);
  if (config.ok()) {
    check_config(*config);
  } else {
    require_status(config.status(), {StatusCode::kModelInvalid, StatusCode::kUnsupported});
  }
  if (parts.size() > 3) {
    const auto formats = parse_weights_header(parts[3], limits);
    if (!formats.ok()) {
      require_status(formats.status(), {StatusCode::kModelInvalid, StatusCode::kUnsupported});
    } else if (config.ok()) {
      config->file_formats = *formats;
    }
  }
  if (parts.size() > 2) {
    const auto index = parse_shard_index(parts[2], limits);
    if (index.ok()) check_index(*index);
    if (!index.ok()) require_status(index.status(), {StatusCode::kModelInvalid});
    if (index.ok() && config.ok()) take_census_of(*config, *index);
  }
  time.require_below(kSeconds, "reading a config");
  return 0;
}
