// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/model/json_walk.h"
#include "sdk/model/limits.h"
#include "sdk/model/safetensors.h"

namespace arges::sdk {

// Collects the tensors of a safetensors header from its JSON events. Each must give dtype, shape
// and data_offsets and nothing else; "__metadata__" must map strings to strings and is dropped.
// begin and end of the collected tensors count from the start of the data, unchecked.
class SafetensorsHeaderVisitor final : public JsonVisitor {
 public:
  SafetensorsHeaderVisitor(std::string_view file_name, const ModelLimits& limits)
      : file_name_(file_name), limits_(limits) {}

  std::vector<StoredTensor> take_tensors() { return std::move(tensors_); }

  Status open_object() override;
  Status open_array() override;
  Status close() override;
  Status key(const std::string& name) override;
  Status text(const std::string& value) override;
  Status unsigned_number(std::uint64_t value) override;
  Status other_value() override;

 private:
  enum class Field { kNone, kType, kShape, kOffsets };

  Status begin_tensor(const std::string& name);
  Status count_metadata(const std::string& text);
  Status begin_field(const std::string& name);
  Status finish_tensor();
  Status finish_array();
  Status problem(const std::string& what) const;

  std::string_view file_name_;
  const ModelLimits& limits_;
  int depth_ = 0;
  bool in_metadata_ = false;
  std::uint64_t metadata_bytes_ = 0;
  Field field_ = Field::kNone;
  std::vector<std::uint64_t> numbers_;  // of the array being read
  std::string name_;                    // of the tensor being read, and its three fields
  const StoredType* type_ = nullptr;
  std::optional<Shape> shape_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> offsets_;
  std::vector<StoredTensor> tensors_;
};

}  // namespace arges::sdk
