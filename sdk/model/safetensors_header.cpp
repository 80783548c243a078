// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/safetensors_header.h"

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

constexpr std::string_view kMetadata = "__metadata__";

// Precondition: at most Shape::kMaxRank extents, each below 2^63.
Shape to_shape(const std::vector<std::uint64_t>& extents) {
  const auto at = [&](std::size_t axis) { return static_cast<std::int64_t>(extents[axis]); };
  switch (extents.size()) {
    case 0:
      return Shape{};
    case 1:
      return Shape{at(0)};
    case 2:
      return Shape{at(0), at(1)};
    case 3:
      return Shape{at(0), at(1), at(2)};
    default:
      return Shape{at(0), at(1), at(2), at(3)};
  }
}

}  // namespace

Status SafetensorsHeaderVisitor::problem(const std::string& what) const {
  const std::string tensor = name_.empty() ? "" : "tensor " + quote_name(name_) + " ";
  return model_invalid("file " + quote_name(file_name_) + ": " + tensor + what);
}

Status SafetensorsHeaderVisitor::open_object() {
  ++depth_;
  return depth_ <= 2 ? Status() : problem("has an object where a plain value belongs");
}

Status SafetensorsHeaderVisitor::open_array() {
  ++depth_;
  numbers_.clear();
  const bool wanted = field_ == Field::kShape || field_ == Field::kOffsets;
  return depth_ == 3 && wanted ? Status() : problem("has an array where none belongs");
}

Status SafetensorsHeaderVisitor::close() {
  --depth_;
  if (depth_ == 2) return finish_array();
  if (depth_ == 1 && !in_metadata_) return finish_tensor();
  return {};
}

Status SafetensorsHeaderVisitor::key(const std::string& name) {
  if (depth_ == 1) return begin_tensor(name);
  return in_metadata_ ? count_metadata(name) : begin_field(name);
}

Status SafetensorsHeaderVisitor::count_metadata(const std::string& text) {
  metadata_bytes_ += text.size();
  if (metadata_bytes_ <= limits_.metadata_bytes) return {};
  return problem("has more than " + std::to_string(limits_.metadata_bytes) + " bytes");
}

Status SafetensorsHeaderVisitor::begin_tensor(const std::string& name) {
  in_metadata_ = name == kMetadata;
  field_ = Field::kNone;
  name_ = name;
  type_ = nullptr;
  shape_.reset();
  offsets_.reset();
  if (name.empty()) return problem("a tensor has an empty name");
  if (name.size() > limits_.name_bytes) {
    return problem("has a name over " + std::to_string(limits_.name_bytes) + " bytes");
  }
  return {};
}

Status SafetensorsHeaderVisitor::begin_field(const std::string& name) {
  field_ = name == "dtype"          ? Field::kType
           : name == "shape"        ? Field::kShape
           : name == "data_offsets" ? Field::kOffsets
                                    : Field::kNone;
  if (field_ == Field::kNone) return problem("has the unknown field " + quote_name(name));
  return {};
}

Status SafetensorsHeaderVisitor::text(const std::string& value) {
  if (in_metadata_ && depth_ == 2) return count_metadata(value);
  if (depth_ != 2 || field_ != Field::kType) return problem("has a string where none belongs");
  type_ = find_stored_type(value);
  return type_ ? Status() : problem("has the unknown dtype " + quote_name(value));
}

Status SafetensorsHeaderVisitor::unsigned_number(std::uint64_t value) {
  if (depth_ != 3) return problem("has a number where none belongs");
  const std::size_t most = field_ == Field::kShape ? Shape::kMaxRank : 2;
  if (numbers_.size() == most) {
    return problem(field_ == Field::kShape ? "has more than " + std::to_string(most) + " dimensions"
                                           : "has more than two data_offsets");
  }
  if (field_ == Field::kShape && value > limits_.dimension) {
    return problem("has the absurd dimension " + std::to_string(value));
  }
  numbers_.push_back(value);
  return {};
}

Status SafetensorsHeaderVisitor::other_value() {
  return problem("has a value of the wrong type; sizes and offsets are whole numbers >= 0");
}

Status SafetensorsHeaderVisitor::finish_array() {
  if (field_ == Field::kShape) {
    shape_ = to_shape(numbers_);
  } else if (numbers_.size() == 2) {
    offsets_.emplace(numbers_[0], numbers_[1]);
  } else {
    return problem("needs two data_offsets");
  }
  return {};
}

Status SafetensorsHeaderVisitor::finish_tensor() {
  if (!type_ || !shape_ || !offsets_) return problem("lacks dtype, shape or data_offsets");
  if (tensors_.size() == limits_.tensors_per_file) {
    return problem("is one more than the " + std::to_string(limits_.tensors_per_file) +
                   " tensors accepted in a file");
  }
  tensors_.push_back({name_, *type_, *shape_, offsets_->first, offsets_->second});
  return {};
}

}  // namespace arges::sdk
