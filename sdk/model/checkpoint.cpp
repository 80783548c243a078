// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/checkpoint.h"

#include <algorithm>
#include <utility>

#include "kernels/base/quote_name.h"
#include "sdk/model/shard_index.h"

namespace arges::sdk {
namespace {

const StoredTensor* find_in(const Shard& shard, std::string_view name) {
  const auto found = std::lower_bound(
      shard.tensors.begin(), shard.tensors.end(), name,
      [](const StoredTensor& tensor, std::string_view wanted) { return tensor.name < wanted; });
  return found != shard.tensors.end() && found->name == name ? &*found : nullptr;
}

// Every tensor that the index names lies in the shard it names, and the shards hold no others.
Status check_index(const ShardIndex& index, const std::vector<Shard>& shards) {
  std::size_t stored = 0;
  for (const Shard& shard : shards) stored += shard.tensors.size();
  for (const auto& entry : index.entries) {
    const Shard& shard = shards[entry.shard];
    if (find_in(shard, entry.tensor) != nullptr) continue;
    return model_invalid("tensor " + quote_name(entry.tensor) + " is not in " +
                         quote_name(shard.name) +
                         ", where the index puts it; download both files again");
  }
  if (stored == index.entries.size()) return {};
  return model_invalid("the shards hold " + std::to_string(stored) + " tensors, the index names " +
                       std::to_string(index.entries.size()) +
                       "; they belong to different checkpoints");
}

}  // namespace

Result<Checkpoint> Checkpoint::open(const ModelFolder& folder, const ModelLimits& limits,
                                    FileAccess access) {
  const bool single = folder.has(kSingleFile);
  const bool sharded = folder.has(kIndexFile);
  if (single && sharded) {
    return model_invalid("model folder holds both " + quote_name(kSingleFile) + " and " +
                         quote_name(kIndexFile) +
                         "; remove the one that does not belong to the model");
  }
  if (!single && !sharded) {
    return Status(StatusCode::kNotFound, "model folder holds neither " + quote_name(kSingleFile) +
                                             " nor " + quote_name(kIndexFile) +
                                             "; point to the folder with the weights");
  }
  Checkpoint checkpoint;
  if (single) {
    ARGES_RETURN_IF_ERROR(checkpoint.add_shard(folder, std::string(kSingleFile), limits, access));
  } else {
    ARGES_RETURN_IF_ERROR(checkpoint.open_shards(folder, limits, access));
  }
  checkpoint.build_listing();
  return checkpoint;
}

Status Checkpoint::add_shard(const ModelFolder& folder, const std::string& name,
                             const ModelLimits& limits, FileAccess access) {
  Shard shard;
  shard.name = name;
  ARGES_ASSIGN_OR_RETURN(shard.file, folder.open_file(name, access));
  ARGES_ASSIGN_OR_RETURN(shard.tensors, read_safetensors(shard.file.bytes(), name, limits));
  shards_.push_back(std::move(shard));
  return {};
}

Status Checkpoint::open_shards(const ModelFolder& folder, const ModelLimits& limits,
                               FileAccess access) {
  ARGES_ASSIGN_OR_RETURN(const std::string text, folder.read_text(kIndexFile, limits.index_bytes));
  ARGES_ASSIGN_OR_RETURN(const ShardIndex index, parse_shard_index(text, limits));
  // All present before any is opened: the answer for a partial download comes at once.
  for (const std::string& name : index.shards) {
    if (folder.has(name)) continue;
    return {StatusCode::kNotFound, "model folder lacks the shard " + quote_name(name) +
                                       " that the index names; complete the download"};
  }
  for (const std::string& name : index.shards) {
    ARGES_RETURN_IF_ERROR(add_shard(folder, name, limits, access));
  }
  index_total_bytes_ = index.total_bytes;
  return check_index(index, shards_);
}

void Checkpoint::build_listing() {
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
    for (std::size_t i = 0; i < shards_[shard].tensors.size(); ++i) places_.push_back({shard, i});
  }
  const auto stored = [this](const Place& place) -> const StoredTensor& {
    return shards_[place.shard].tensors[place.tensor];
  };
  std::sort(places_.begin(), places_.end(),
            [&](const Place& a, const Place& b) { return stored(a).name < stored(b).name; });
  std::vector<ListedTensor> tensors;
  for (const Place& place : places_) {
    const StoredTensor& tensor = stored(place);
    tensors.push_back({tensor.name, tensor.type, tensor.shape});
  }
  listing_ = TensorListing(std::move(tensors));
}

std::uint64_t Checkpoint::file_bytes() const {
  std::uint64_t bytes = 0;
  for (const Shard& shard : shards_) bytes += shard.file.bytes().size();
  return bytes;
}

const Checkpoint::Place* Checkpoint::find(std::string_view name) const {
  const ListedTensor* listed = listing_.find(name);
  return listed ? &places_[static_cast<std::size_t>(listed - listing_.tensors().data())] : nullptr;
}

std::span<const std::byte> Checkpoint::bytes(std::string_view name) const {
  const Place* place = find(name);
  if (place == nullptr) return {};
  const Shard& shard = shards_[place->shard];
  const StoredTensor& tensor = shard.tensors[place->tensor];
  if (shard.file.bytes().size() < tensor.end) return {};  // closed
  return shard.file.bytes().subspan(tensor.begin, tensor.end - tensor.begin);
}

void Checkpoint::advise_unneeded(std::string_view name) const {
  const Place* place = find(name);
  if (place != nullptr) shards_[place->shard].file.advise_unneeded(bytes(name));
}

void Checkpoint::close_all_but(std::span<const std::string_view> kept) {
  std::vector<bool> needed(shards_.size());
  for (const std::string_view name : kept) {
    if (const Place* place = find(name)) needed[place->shard] = true;
  }
  for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
    if (!needed[shard]) shards_[shard].file = FileMapping();
  }
}

}  // namespace arges::sdk
