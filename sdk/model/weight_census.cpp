// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_census.h"

#include <optional>
#include <vector>

#include "kernels/base/checked_math.h"
#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

bool is_weight_type(const StoredType& type) {
  return type.dtype == DType::kF32 || type.dtype == DType::kBF16 || type.dtype == DType::kF16;
}

bool add(std::int64_t& sum, std::optional<std::int64_t> term) {
  const auto next = term ? checked_add(sum, *term) : std::nullopt;
  if (next) sum = *next;
  return next.has_value();
}

class Census final : public WeightVisitor {
 public:
  Census(const ModelConfig& config, const TensorListing& listing)
      : config_(config), listing_(listing), expected_(listing.tensors().size()) {}

  Status weight(const ExpectedWeight& weight, Matrix&) override {
    if (groups(weight).bits != 0) return count_panels(weight);
    for (const WeightPiece& piece : weight.pieces) {
      if (piece.is_last()) ARGES_RETURN_IF_ERROR(count(piece.tensor));
    }
    return {};
  }
  Status vector(const ExpectedTensor& tensor, ConstTensorView&) override { return count(tensor); }
  Status table(const ExpectedTensor& tensor, ConstTensorView&, const TiedHead* head) override {
    ARGES_RETURN_IF_ERROR(count(tensor));
    return head != nullptr && groups(head->weight).bits != 0 ? count_panels(head->weight)
                                                             : Status();
  }

  // The listed tensors that were not expected must be known to be unused.
  Result<WeightCensus> finish(const WeightNames& names) {
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      if (expected_[i]) continue;
      const std::string_view name = listing_.tensors()[i].name;
      if (!is_unused_tensor(name, names, config_.text.tied_embeddings)) {
        return model_invalid("tensor " + quote_name(name) +
                             " belongs to no model of this "
                             "config.json; use the files of one checkpoint");
      }
      ++census_.unused;
    }
    return census_;
  }

 private:
  GroupFormat groups(const ExpectedWeight& weight) const {
    return groups_of(config_.file_formats[weight.part]);
  }

  Status count(const ExpectedTensor& tensor) {
    ARGES_ASSIGN_OR_RETURN(const ListedTensor* listed, find(tensor, "config.json demands "));
    ARGES_RETURN_IF_ERROR(check_type(tensor, *listed));
    const StoredType type = listed->type.value_or(assumed_type(tensor.part));
    const auto elements = elements_of(tensor.shape);
    return tally(tensor, elements,
                 checked_mul(elements.value_or(0), static_cast<std::int64_t>(type.bits / 8)));
  }

  Status count_panels(const ExpectedWeight& weight) {
    const GroupFormat format = groups(weight);
    const ExpectedTensor tensor = weight.in_panels(format);
    ARGES_ASSIGN_OR_RETURN(
        const ListedTensor* listed,
        find(tensor, "config.json and weights of " + std::to_string(format.bits) +
                         " bits in groups of " + std::to_string(format.inputs) + " demand "));
    if (listed->type && listed->type->dtype != DType::kU8) {
      return model_invalid("tensor " + quote_name(tensor.name) + " has the type " +
                           std::string(listed->type->name) + "; quantised weights must be U8");
    }
    std::int64_t parameters = 0;
    for (const WeightPiece& piece : weight.pieces) parameters += piece.rows * piece.cols;
    return tally(tensor, parameters, elements_of(tensor.shape));
  }

  // The tensor of that name, which is then expected; of that shape, which `why` demands.
  Result<const ListedTensor*> find(const ExpectedTensor& tensor, const std::string& why) {
    const ListedTensor* listed = listing_.find(tensor.name);
    if (listed == nullptr) {
      return model_invalid("tensor " + quote_name(tensor.name) + " " + tensor.shape.to_string() +
                           " is missing from the checkpoint");
    }
    expected_[static_cast<std::size_t>(listed - listing_.tensors().data())] = true;
    if (!listed->shape || *listed->shape == tensor.shape) return listed;
    return model_invalid("tensor " + quote_name(tensor.name) + " has the shape " +
                         listed->shape->to_string() + ", but " + why + tensor.shape.to_string());
  }

  static Status check_type(const ExpectedTensor& tensor, const ListedTensor& listed) {
    if (!listed.type || is_weight_type(*listed.type)) return {};
    return model_invalid("tensor " + quote_name(tensor.name) + " has the type " +
                         std::string(listed.type->name) + "; weights must be F32, BF16 or F16");
  }

  const StoredType& assumed_type(ModelPart part) const {
    const bool wide_router = part == ModelPart::kRouter && config_.declared_dtype == DType::kBF16;
    return stored_type_of(wide_router ? DType::kF32 : config_.declared_dtype);
  }

  static std::optional<std::int64_t> elements_of(const Shape& shape) {
    std::optional<std::int64_t> elements = 1;
    for (int axis = 0; axis < shape.rank() && elements; ++axis) {
      elements = checked_mul(*elements, shape[axis]);
    }
    return elements;
  }

  Status tally(const ExpectedTensor& tensor, std::optional<std::int64_t> elements,
               std::optional<std::int64_t> bytes) {
    for (WeightTally* sums :
         {&census_.total, &census_.parts[static_cast<std::size_t>(tensor.part)]}) {
      ++sums->tensors;
      if (!add(sums->parameters, elements) || !add(sums->bytes, bytes)) {
        return model_invalid("config.json describes a model of absurd size");
      }
    }
    return {};
  }

  const ModelConfig& config_;
  const TensorListing& listing_;
  std::vector<bool> expected_;  // by place in the listing
  WeightCensus census_;
};

}  // namespace

Result<WeightCensus> take_census(const ModelConfig& config, const WeightNames& names,
                                 const TensorListing& listing) {
  Census census(config, listing);
  language::DecoderWeights decoder;  // only gives the visit somewhere to point; stays empty
  vision::ImageEncoderWeights encoder;
  ARGES_RETURN_IF_ERROR(visit_weights(config, names, decoder, encoder, census));
  return census.finish(names);
}

}  // namespace arges::sdk
