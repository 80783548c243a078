// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/shape.h"
#include "sdk/model/shard_index.h"
#include "sdk/model/stored_type.h"

namespace arges::sdk {

// What is known of one tensor of a checkpoint. Type and shape are unknown when only the index file
// is at hand.
struct ListedTensor {
  std::string_view name;  // belongs to the checkpoint or index
  std::optional<StoredType> type;
  std::optional<Shape> shape;
};

// All tensors of a checkpoint by ascending name.
class TensorListing {
 public:
  // Precondition: ascending names, none twice.
  explicit TensorListing(std::vector<ListedTensor> tensors) : tensors_(std::move(tensors)) {}

  // Names only; they belong to `index`, which must outlive the listing.
  static TensorListing of(const ShardIndex& index);

  const std::vector<ListedTensor>& tensors() const { return tensors_; }
  // nullptr when there is none of that name.
  const ListedTensor* find(std::string_view name) const;

 private:
  std::vector<ListedTensor> tensors_;
};

}  // namespace arges::sdk
