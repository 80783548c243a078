// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/checkpoint.h"

#include <algorithm>
#include <utility>

#include "kernels/base/quote_name.h"
#include "sdk/model/shard_index.h"

namespace arges::sdk {
namespace {

// The tensors that the index puts into each shard, by ascending name.
std::vector<std::vector<std::string_view>> tensors_by_shard(const ShardIndex& index) {
  std::vector<std::vector<std::string_view>> tensors(index.shards.size());
  for (const auto& entry : index.entries) tensors[entry.shard].push_back(entry.tensor);
  return tensors;
}

// A shard holds what the index puts into it, and nothing else.
Status check_shard(const Shard& shard, const std::vector<std::string_view>& expected) {
  const auto [stored, named] = std::mismatch(
      shard.tensors.begin(), shard.tensors.end(), expected.begin(), expected.end(),
      [](const StoredTensor& tensor, std::string_view name) { return tensor.name == name; });
  const bool more_stored = stored != shard.tensors.end();
  const bool more_named = named != expected.end();
  if (!more_stored && !more_named) return {};
  if (more_named && (!more_stored || *named < stored->name)) {
    return model_invalid("tensor " + quote_name(*named) + " is not in " + quote_name(shard.name) +
                         ", where the index puts it; download both files again");
  }
  return model_invalid("the shard " + quote_name(shard.name) + " holds the tensor " +
                       quote_name(stored->name) +
                       ", which the index does not put there; they belong to different "
                       "checkpoints");
}

}  // namespace

Result<Checkpoint> Checkpoint::open(const ModelFolder& folder, const ModelLimits& limits,
                                    const StopCheck& stop) {
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
    ARGES_RETURN_IF_ERROR(checkpoint.add_shard(folder, std::string(kSingleFile), limits, stop));
  } else {
    ARGES_RETURN_IF_ERROR(checkpoint.open_shards(folder, limits, stop));
  }
  checkpoint.build_listing();
  return checkpoint;
}

Status Checkpoint::add_shard(const ModelFolder& folder, const std::string& name,
                             const ModelLimits& limits, const StopCheck& stop) {
  ARGES_RETURN_IF_ERROR(stop());
  ARGES_ASSIGN_OR_RETURN(const ModelFile file, folder.open_file(name));
  const auto read = [&](std::uint64_t offset, std::uint64_t count) -> Result<std::string> {
    header_bytes_ += count;
    if (header_bytes_ <= limits.all_header_bytes) return file.read_text(offset, count);
    return model_invalid("the headers of the shards have more than " +
                         std::to_string(limits.all_header_bytes) + " bytes");
  };
  Shard shard{name, file.size(), {}, {}};
  ARGES_ASSIGN_OR_RETURN(shard.tensors, read_safetensors(read, file.size(), name, limits, stop));
  shards_.push_back(std::move(shard));
  return {};
}

Status Checkpoint::open_shards(const ModelFolder& folder, const ModelLimits& limits,
                               const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(const std::string text, folder.read_text(kIndexFile, limits.index_bytes));
  ARGES_ASSIGN_OR_RETURN(const ShardIndex index, parse_shard_index(text, limits, stop));
  // All present before any is opened: the answer for a partial download comes at once.
  for (const std::string& name : index.shards) {
    if (folder.has(name)) continue;
    return {StatusCode::kNotFound, "model folder lacks the shard " + quote_name(name) +
                                       " that the index names; complete the download"};
  }
  const auto expected = tensors_by_shard(index);
  for (std::size_t i = 0; i < index.shards.size(); ++i) {
    ARGES_RETURN_IF_ERROR(add_shard(folder, index.shards[i], limits, stop));
    // Before the next: what is kept of the shards is never more than the index speaks of.
    ARGES_RETURN_IF_ERROR(check_shard(shards_.back(), expected[i]));
  }
  index_total_bytes_ = index.total_bytes;
  return {};
}

Status Checkpoint::bring_in(const ModelFolder& folder, FileAccess access, const StopCheck& stop) {
  for (Shard& shard : shards_) {
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_ASSIGN_OR_RETURN(const ModelFile file, folder.open_file(shard.name));
    if (file.size() != shard.size) {
      return {StatusCode::kIo, "file " + quote_name(shard.name) +
                                   " changed its size while the model was being loaded"};
    }
    auto mapping = FileMapping::of(file, access, stop);
    if (!mapping.ok()) {
      const Status& status = mapping.status();
      return {status.code(), "file " + quote_name(shard.name) + ": " + status.message()};
    }
    shard.file = std::move(mapping).value();
  }
  return {};
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

std::vector<std::string_view> Checkpoint::file_names() const {
  std::vector<std::string_view> names;
  for (const Shard& shard : shards_) names.emplace_back(shard.name);
  return names;
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
  if (shard.file.bytes().size() < tensor.end) return {};  // not there, or closed
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
