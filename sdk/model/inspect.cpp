// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/inspect.h"

#include <algorithm>
#include <new>

#include "kernels/base/guarded.h"
#include "language/state/sequence_pool.h"
#include "sdk/model/checkpoint.h"

namespace arges::sdk {
namespace {

void compare_with_index(ModelReport& report) {
  if (!report.index_bytes) return;
  if (*report.index_bytes == static_cast<std::uint64_t>(report.census.total.bytes)) return;
  report.notes.push_back("the index gives a total_size of " + std::to_string(*report.index_bytes) +
                         " bytes, the tensors take " + std::to_string(report.census.total.bytes));
}

Status count_weights(const TensorListing& listing, ModelReport& report) {
  const WeightNames names = detect_weight_names(listing, report.config.vision.has_value());
  report.layout = names.layout;
  ARGES_ASSIGN_OR_RETURN(report.census, take_census(report.config, names, listing));
  return {};
}

Status inspect_checkpoint(const ModelFolder& folder, const ModelLimits& limits,
                          ModelReport& report) {
  ARGES_ASSIGN_OR_RETURN(const Checkpoint checkpoint, Checkpoint::open(folder, limits));
  report.weights_present = true;
  report.files = static_cast<std::int64_t>(checkpoint.shard_count());
  report.index_bytes = checkpoint.index_total_bytes();
  return count_weights(checkpoint.listing(), report);
}

Status inspect_index(const ShardIndex& index, ModelReport& report) {
  report.files = static_cast<std::int64_t>(index.shards.size());
  report.index_bytes = index.total_bytes;
  return count_weights(TensorListing::of(index), report);
}

// The index, when it is all there is of the weights.
Result<std::optional<ShardIndex>> read_lone_index(const ModelFolder& folder,
                                                  const ModelLimits& limits) {
  std::optional<ShardIndex> index;
  if (folder.has(kSingleFile) || !folder.has(kIndexFile)) return index;
  ARGES_ASSIGN_OR_RETURN(const std::string text, folder.read_text(kIndexFile, limits.index_bytes));
  ARGES_ASSIGN_OR_RETURN(index, parse_shard_index(text, limits));
  const bool any_shard = std::any_of(index->shards.begin(), index->shards.end(),
                                     [&](const std::string& shard) { return folder.has(shard); });
  if (any_shard) index.reset();
  return index;
}

Status inspect(const std::string& path, const ModelLimits& limits, ModelReport& report) {
  ARGES_ASSIGN_OR_RETURN(const ModelFolder folder, ModelFolder::open(path));
  ARGES_ASSIGN_OR_RETURN(report.config, read_model_config(folder, limits));
  ARGES_ASSIGN_OR_RETURN(const auto index, read_lone_index(folder, limits));
  ARGES_RETURN_IF_ERROR(index ? inspect_index(*index, report)
                              : inspect_checkpoint(folder, limits, report));
  report.state_bytes = language::slot_bytes(report.config.text);
  report.kv_bytes_per_token = language::kv_bytes_per_token(report.config.text);
  compare_with_index(report);
  return {};
}

}  // namespace

std::int64_t ModelReport::memory_bytes(std::int64_t context_tokens) const {
  return census.total.bytes + state_bytes + kv_bytes_per_token * context_tokens;
}

Result<ModelReport> inspect_model(const std::string& folder, const ModelLimits& limits) {
  using Report = Result<ModelReport>;
  return guarded(StatusCode::kModelInvalid, "the model cannot be read", [&]() -> Report {
    ModelReport report;
    ARGES_RETURN_IF_ERROR(inspect(folder, limits, report));
    return report;
  });
}

}  // namespace arges::sdk
