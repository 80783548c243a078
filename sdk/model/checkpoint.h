// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
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
  std::uint64_t size = 0;             // bytes
  std::vector<StoredTensor> tensors;  // by ascending name
  FileMapping file;                   // empty until it is brought in
};

// All tensors of a model folder, from model.safetensors or from the shards that
// model.safetensors.index.json names. Nothing is assumed of how tensors spread over the shards.
// Files the index does not name are ignored. Movable; tensor bytes stay put when it moves.
class Checkpoint {
 public:
  // Reads every header, and nothing else of the files; each is compared with the index before the
  // next is read. NOT_FOUND for a missing file; MODEL_INVALID for a file or index that breaks a
  // rule, for an index and files that disagree, and for a folder that holds both a single file and
  // an index; IO. What `stop` returns, which is asked between files and within long ones.
  static Result<Checkpoint> open(const ModelFolder& folder, const ModelLimits& limits,
                                 const StopCheck& stop = never_stop());

  // Maps or reads the files of the folder that it was opened from: bytes() are empty before. IO,
  // also when one has another size than it had; OUT_OF_MEMORY_HOST; what `stop` returns, which is
  // asked between files and while one is read.
  Status bring_in(const ModelFolder& folder, FileAccess access, const StopCheck& stop);

  // Names, types and shapes of all tensors; refers to this object.
  const TensorListing& listing() const { return listing_; }
  std::size_t shard_count() const { return shards_.size(); }
  // Of its files, in the order of the index.
  std::vector<std::string_view> file_names() const;
  // metadata.total_size of the index, if there is one.
  std::optional<std::uint64_t> index_total_bytes() const { return index_total_bytes_; }

  // A tensor's bytes, at any alignment; empty for an unknown name. Behind bring_in() valid until
  // the checkpoint is destroyed or its shard closed.
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
                   const StopCheck& stop);
  Status open_shards(const ModelFolder& folder, const ModelLimits& limits, const StopCheck& stop);
  // Precondition: no name occurs twice (the format within a file, check_shard across files).
  void build_listing();
  const Place* find(std::string_view name) const;

  std::vector<Shard> shards_;
  std::uint64_t header_bytes_ = 0;
  TensorListing listing_;
  std::vector<Place> places_;  // where listing_'s tensors lie, in the same order
  std::optional<std::uint64_t> index_total_bytes_;
};

}  // namespace arges::sdk
