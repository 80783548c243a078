// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/model/tensor_listing.h"
#include "sdk/model/weight_map.h"

namespace arges::sdk {

// A tensor of the new files: in panels, made of pieces of the source's tensors, or the source's
// tensor of that name as it is.
struct OutputTensor {
  std::string name;
  std::string_view type;  // as the header names it
  Shape shape;
  std::uint64_t bytes = 0;
  GroupFormat groups;               // 0 bits: as it is
  std::vector<WeightPiece> pieces;  // none for one that is as it is
};

// One of the new files.
struct OutputShard {
  std::string name;
  std::vector<OutputTensor>
      tensors;              // as they lie; those in panels first, which keeps them aligned
  std::string header;       // all that stands before the tensors
  std::uint64_t bytes = 0;  // of the file
};

// What becomes of a checkpoint, in the order of the list of tensors. A file has at most
// `shard_bytes` of tensors, or one that is larger. `origin` goes into every header, so that a file
// that was made of something else is known. Tensors that nothing reads are left out.
// Precondition: take_census succeeded with these names and this listing.
Result<std::vector<OutputShard>> plan_output(const ModelConfig& config, const WeightNames& names,
                                             const TensorListing& listing,
                                             const FormatPolicy& formats, std::uint64_t shard_bytes,
                                             const std::string& origin);

// The text of the index of these files.
std::string index_of(const std::vector<OutputShard>& shards);

}  // namespace arges::sdk
