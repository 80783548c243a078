// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/shard_index.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "kernels/base/quote_name.h"
#include "sdk/model/json_walk.h"
#include "sdk/model/model_folder.h"

namespace arges::sdk {
namespace {

Status problem(const std::string& what) {
  return model_invalid("file " + quote_name(kIndexFile) + " " + what);
}

// Takes metadata.total_size and weight_map out of the document; other members are passed over.
class IndexVisitor final : public JsonVisitor {
 public:
  explicit IndexVisitor(const ModelLimits& limits) : limits_(limits) {}

  ShardIndex take() { return std::move(index_); }
  bool saw_map() const { return saw_map_; }

  Status open_object() override {
    ++depth_;
    saw_map_ = saw_map_ || (depth_ == 2 && in_map());
    return depth_ > 2 && in_map() ? map_problem() : Status();
  }
  Status open_array() override {
    ++depth_;
    return in_map() ? map_problem() : depth_ == 1 ? problem("is no JSON object") : Status();
  }
  Status close() override {
    --depth_;
    return {};
  }
  Status key(const std::string& name) override {
    (depth_ == 1 ? section_ : key_) = name;
    return {};
  }
  Status text(const std::string& value) override {
    if (!in_map()) return {};
    return depth_ == 2 ? add(value) : map_problem();
  }
  Status unsigned_number(std::uint64_t value) override {
    if (depth_ == 2 && section_ == "metadata" && key_ == "total_size") index_.total_bytes = value;
    return in_map() ? map_problem() : Status();
  }
  Status other_value() override { return in_map() ? map_problem() : Status(); }

 private:
  bool in_map() const { return depth_ >= 1 && section_ == "weight_map"; }

  Status map_problem() const {
    return problem("must map tensor names to file names in weight_map");
  }

  Status add(const std::string& shard) {
    if (key_.empty() || key_.size() > limits_.name_bytes) {
      return problem("names a tensor of 0 or over " + std::to_string(limits_.name_bytes) +
                     " bytes");
    }
    if (!is_plain_file_name(shard) || !shard.ends_with(".safetensors")) {
      return problem("puts tensor " + quote_name(key_) + " into " + quote_name(shard) +
                     ", which is not a plain .safetensors file name");
    }
    const auto [found, is_new] =
        shard_numbers_.try_emplace(shard, static_cast<std::uint32_t>(index_.shards.size()));
    if (is_new) index_.shards.push_back(shard);
    if (index_.shards.size() > limits_.shards) {
      return problem("names more than " + std::to_string(limits_.shards) + " shards");
    }
    index_.entries.push_back({key_, found->second});
    return {};
  }

  const ModelLimits& limits_;
  int depth_ = 0;
  bool saw_map_ = false;
  std::string section_;  // the member of the document being read
  std::string key_;      // the member of the section being read
  ShardIndex index_;
  std::unordered_map<std::string, std::uint32_t> shard_numbers_;
};

}  // namespace

Result<ShardIndex> parse_shard_index(std::string_view text, const ModelLimits& limits,
                                     const StopCheck& stop) {
  if (text.size() > limits.index_bytes) return problem("is too long to be an index");
  IndexVisitor visitor(limits);
  const JsonLimits json{limits.json_depth, limits.index_tensors};
  ARGES_RETURN_IF_ERROR(walk_json("file " + quote_name(kIndexFile), text, json, visitor, stop));
  ShardIndex index = visitor.take();
  if (!visitor.saw_map() || index.entries.empty()) return problem("has no weight_map");
  std::sort(index.entries.begin(), index.entries.end(),
            [](const auto& a, const auto& b) { return a.tensor < b.tensor; });
  return index;
}

}  // namespace arges::sdk
