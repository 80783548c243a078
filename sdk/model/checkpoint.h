// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "sdk/model/file_mapping.h"
#include "sdk/model/limits.h"
#include "sdk/model/model_folder.h"
#include "sdk/model/safetensors.h"
#include "sdk/model/tensor_listing.h"

namespace arges::sdk {

inline constexpr std::string_view kSingleFile = "model.safetensors";

// One file of a checkpoint and what it holds.
struct Shard {
  std::string name;
  FileMapping file;
  std::vector<StoredTensor> tensors;  // by ascending name
};

// All tensors of a model folder, from model.safetensors or from the shards that
// model.safetensors.index.json names. Nothing is assumed of how tensors spread over the shards.
// Files the index does not name are ignored. Movable; tensor bytes stay put when it moves.
class Checkpoint {
 public:
  // Maps every file and reads every header; touches no tensor data. NOT_FOUND for a missing file;
  // MODEL_INVALID for a file or index that breaks a rule, for an index and files that disagree,
  // and for a folder that holds both a single file and an index.
  static Result<Checkpoint> open(const ModelFolder& folder, const ModelLimits& limits,
                                 FileAccess access = FileAccess::kMap);

  // Names, types and shapes of all tensors; refers to this object.
  const TensorListing& listing() const { return listing_; }
  std::size_t shard_count() const { return shards_.size(); }
  std::uint64_t file_bytes() const;
  // metadata.total_size of the index, if there is one.
  std::optional<std::uint64_t> index_total_bytes() const { return index_total_bytes_; }

  // A tensor's bytes, at any alignment; empty for an unknown name. Valid until the checkpoint is
  // destroyed or its shard closed.
  std::span<const std::byte> bytes(std::string_view name) const;

  // Lets the system take back the memory of a tensor that will not be read soon.
  void advise_unneeded(std::string_view name) const;

  // Closes the files that hold none of `kept`, whose bytes stay valid.
  void close_all_but(std::span<const std::string_view> kept);

 private:
  struct Place {
    std::size_t shard;
    std::size_t tensor;
  };

  Checkpoint() : listing_({}) {}
  Status add_shard(const ModelFolder& folder, const std::string& name, const ModelLimits& limits,
                   FileAccess access);
  Status open_shards(const ModelFolder& folder, const ModelLimits& limits, FileAccess access);
  // Precondition: no name occurs twice (the format within a file, check_index across files).
  void build_listing();
  const Place* find(std::string_view name) const;

  std::vector<Shard> shards_;
  TensorListing listing_;
  std::vector<Place> places_;  // where listing_'s tensors lie, in the same order
  std::optional<std::uint64_t> index_total_bytes_;
};

}  // namespace arges::sdk
