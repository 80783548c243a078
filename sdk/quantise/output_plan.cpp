// SPDX-License-Identifier: Apache-2.0
#include "sdk/quantise/output_plan.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "kernels/base/device.h"
#include "sdk/model/limits.h"

namespace arges::sdk {
namespace {

// Lists the new tensors.
class Planner final : public WeightVisitor {
 public:
  Planner(const TensorListing& listing, const FormatPolicy& formats)
      : listing_(listing), formats_(formats) {}

  Status weight(const ExpectedWeight& weight, Matrix&) override {
    if (groups(weight).bits != 0) return quantise(weight);
    for (const WeightPiece& piece : weight.pieces) {
      if (piece.is_last()) copy(piece.tensor.name);
    }
    return {};
  }
  Status vector(const ExpectedTensor& tensor, ConstTensorView&) override {
    copy(tensor.name);
    return {};
  }
  Status table(const ExpectedTensor& tensor, ConstTensorView&, const TiedHead* head) override {
    copy(tensor.name);
    return head != nullptr && groups(head->weight).bits != 0 ? quantise(head->weight) : Status();
  }

  std::vector<OutputTensor> take() { return std::move(tensors_); }

 private:
  GroupFormat groups(const ExpectedWeight& weight) const {
    return groups_of(formats_[weight.part]);
  }

  Status quantise(const ExpectedWeight& weight) {
    const Shape shape = weight.in_panels(groups(weight)).shape;
    tensors_.push_back({weight.name,
                        stored_type_of(DType::kU8).name,
                        shape,
                        static_cast<std::uint64_t>(shape.count()),
                        groups(weight),
                        {weight.pieces.begin(), weight.pieces.end()}});
    return {};
  }

  // The census has seen it.
  void copy(const std::string& name) {
    const ListedTensor& listed = *listing_.find(name);
    const auto bytes = static_cast<std::uint64_t>(listed.shape->count()) * listed.type->bits / 8;
    tensors_.push_back({name, listed.type->name, *listed.shape, bytes, {}, {}});
  }

  const TensorListing& listing_;
  const FormatPolicy& formats_;
  std::vector<OutputTensor> tensors_;
};

std::vector<OutputShard> share_out(std::vector<OutputTensor> tensors, std::uint64_t shard_bytes) {
  std::vector<OutputShard> shards(1);
  std::uint64_t filled = 0;
  for (OutputTensor& tensor : tensors) {
    const bool full = filled + tensor.bytes > shard_bytes ||
                      shards.back().tensors.size() == ModelLimits().tensors_per_file;
    if (full && !shards.back().tensors.empty()) {
      shards.emplace_back();
      filled = 0;
    }
    filled += tensor.bytes;
    shards.back().tensors.push_back(std::move(tensor));
  }
  for (OutputShard& shard : shards) {
    std::ranges::stable_partition(
        shard.tensors, [](const OutputTensor& tensor) { return tensor.groups.bits != 0; });
  }
  return shards;
}

std::string shard_name(std::size_t number, std::size_t count) {
  char name[64];
  std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", number, count);
  return name;
}

nlohmann::json extents_of(const Shape& shape) {
  nlohmann::json extents = nlohmann::json::array();
  for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
  return extents;
}

// Filled up with spaces, as the format allows, so that the tensors behind it begin aligned.
std::string header_of(const OutputShard& shard, const std::string& origin) {
  nlohmann::json tensors = {{"__metadata__", {{"made_of", origin}}}};
  std::uint64_t at = 0;
  for (const OutputTensor& tensor : shard.tensors) {
    tensors[tensor.name] = {{"dtype", tensor.type},
                            {"shape", extents_of(tensor.shape)},
                            {"data_offsets", {at, at + tensor.bytes}}};
    at += tensor.bytes;
  }
  std::string text = std::string(8, '\0') + tensors.dump();
  text.resize((text.size() + Device::kAlignment - 1) / Device::kAlignment * Device::kAlignment,
              ' ');
  for (std::size_t i = 0; i < 8; ++i) {
    text[i] = static_cast<char>((text.size() - 8) >> (8 * i) & 0xFF);
  }
  return text;
}

}  // namespace

Result<std::vector<OutputShard>> plan_output(const ModelConfig& config, const WeightNames& names,
                                             const TensorListing& listing,
                                             const FormatPolicy& formats, std::uint64_t shard_bytes,
                                             const std::string& origin) {
  Planner planner(listing, formats);
  language::DecoderWeights decoder;  // only gives the visit somewhere to point; stays empty
  vision::ImageEncoderWeights encoder;
  ARGES_RETURN_IF_ERROR(visit_weights(config, names, decoder, encoder, planner));
  std::vector<OutputShard> shards = share_out(planner.take(), shard_bytes);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    OutputShard& shard = shards[i];
    shard.name = shard_name(i + 1, shards.size());
    shard.header = header_of(shard, origin);
    shard.bytes = shard.header.size();
    for (const OutputTensor& tensor : shard.tensors) shard.bytes += tensor.bytes;
  }
  return shards;
}

std::string index_of(const std::vector<OutputShard>& shards) {
  nlohmann::json map;
  std::uint64_t total = 0;
  for (const OutputShard& shard : shards) {
    for (const OutputTensor& tensor : shard.tensors) {
      map[tensor.name] = shard.name;
      total += tensor.bytes;
    }
  }
  const nlohmann::json index = {{"metadata", {{"total_size", total}}}, {"weight_map", map}};
  return index.dump(2) + "\n";
}

}  // namespace arges::sdk
