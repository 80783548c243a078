// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/tensor_listing.h"

#include <algorithm>

namespace arges::sdk {

TensorListing TensorListing::of(const ShardIndex& index) {
  std::vector<ListedTensor> tensors;
  tensors.reserve(index.entries.size());
  for (const auto& entry : index.entries) {
    tensors.push_back({entry.tensor, std::nullopt, std::nullopt});
  }
  return TensorListing(std::move(tensors));
}

const ListedTensor* TensorListing::find(std::string_view name) const {
  const auto found = std::lower_bound(
      tensors_.begin(), tensors_.end(), name,
      [](const ListedTensor& tensor, std::string_view wanted) { return tensor.name < wanted; });
  return found != tensors_.end() && found->name == name ? &*found : nullptr;
}

}  // namespace arges::sdk
