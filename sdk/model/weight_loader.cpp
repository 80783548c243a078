// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_loader.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "kernels/base/quote_name.h"
#include "kernels/ops/linear.h"
#include "sdk/model/widen.h"

namespace arges::sdk {
namespace {

bool is_aligned(std::span<const std::byte> bytes, DType dtype) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % dtype_size(dtype) == 0;
}

// A tensor's bytes where typed access is allowed.
struct Source {
  const std::byte* data = nullptr;
  DType dtype = DType::kF32;
  Buffer copy;  // holds the bytes when they could not be used in place
};

class Loader final : public WeightVisitor {
 public:
  Loader(const kernels::ExecContext& context, ModelWeights& weights, std::int64_t total_bytes,
         FileAccess access, const LoadProgress& progress)
      : context_(context),
        weights_(weights),
        total_bytes_(total_bytes),
        access_(access),
        progress_(progress) {}

  Status matrices(const ExpectedTensor& tensor, std::span<const MatrixSlot> slots) override {
    ARGES_ASSIGN_OR_RETURN(Source source, open(tensor.name, true));
    bool referred_to = false;
    const std::byte* next = source.data;
    for (const MatrixSlot& slot : slots) {
      const ConstTensorView view{next, source.dtype, Shape{slot.rows, slot.cols}, Device::kCpu};
      ARGES_ASSIGN_OR_RETURN(*slot.target, pack(view));
      referred_to = referred_to || slot.target->owner == nullptr;
      next += view.bytes();
    }
    return finish(tensor.name, std::move(source), referred_to);
  }

  Status vector(const ExpectedTensor& tensor, ConstTensorView& target) override {
    const auto count = static_cast<std::size_t>(tensor.shape.count());
    ARGES_ASSIGN_OR_RETURN(Buffer buffer, Buffer::allocate(count * sizeof(float)));
    const DType dtype = *weights_.checkpoint->listing().find(tensor.name)->type->dtype;
    widen_to_f32(weights_.checkpoint->bytes(tensor.name), dtype, {buffer.f32(), count});
    target = view_f32(buffer.f32(), tensor.shape);
    weights_.buffers.push_back(std::move(buffer));
    return finish(tensor.name, {}, false);
  }

  Status table(const ExpectedTensor& tensor, ConstTensorView& target, Matrix* tied_head) override {
    // A file read into memory is closed after the load, so its table moves out of it.
    ARGES_ASSIGN_OR_RETURN(Source source, open(tensor.name, access_ == FileAccess::kMap));
    target = {source.data, source.dtype, tensor.shape, Device::kCpu};
    if (tied_head != nullptr) {
      ARGES_ASSIGN_OR_RETURN(*tied_head, pack(target));
    }
    return finish(tensor.name, std::move(source), true);
  }

  // The tensors whose bytes in the checkpoint are still referred to.
  const std::vector<std::string>& kept() const { return kept_; }

 private:
  // The one place every weight of a linear map passes through on its way to the backend.
  Result<Matrix> pack(const ConstTensorView& view) const {
    return kernels::pack_matrix(context_, view);
  }

  Result<Source> open(const std::string& name, bool in_place) const {
    const auto bytes = weights_.checkpoint->bytes(name);
    Source source;
    source.dtype = *weights_.checkpoint->listing().find(name)->type->dtype;
    source.data = bytes.data();
    if (in_place && is_aligned(bytes, source.dtype)) return source;
    ARGES_ASSIGN_OR_RETURN(source.copy, Buffer::allocate(bytes.size()));
    std::memcpy(source.copy.data(), bytes.data(), bytes.size());
    source.data = source.copy.data();
    return source;
  }

  // Keeps alive what is referred to and gives the rest back.
  Status finish(const std::string& name, Source source, bool referred_to) {
    const bool in_checkpoint = referred_to && source.copy.size() == 0;
    if (referred_to && !in_checkpoint) weights_.buffers.push_back(std::move(source.copy));
    if (in_checkpoint) {
      kept_.push_back(name);
    } else {
      weights_.checkpoint->advise_unneeded(name);
    }
    done_bytes_ += static_cast<std::int64_t>(weights_.checkpoint->bytes(name).size());
    if (!progress_ || progress_(done_bytes_, total_bytes_)) return {};
    return loading_cancelled();
  }

  const kernels::ExecContext& context_;
  ModelWeights& weights_;
  std::int64_t total_bytes_;
  FileAccess access_;
  const LoadProgress& progress_;
  std::int64_t done_bytes_ = 0;
  std::vector<std::string> kept_;
};

// Decay slopes are a function of the config and in no checkpoint (architecture.md §0, point 4).
Status compute_slopes(const language::DecoderConfig& config, ModelWeights& weights) {
  for (std::size_t layer = 0; layer < weights.decoder.layers.size(); ++layer) {
    auto* mixer = std::get_if<language::LightningWeights>(&weights.decoder.layers[layer].mixer);
    if (mixer == nullptr) continue;
    const auto slopes = language::lightning_slopes(config, static_cast<std::int64_t>(layer));
    ARGES_ASSIGN_OR_RETURN(Buffer buffer, Buffer::allocate(slopes.size() * sizeof(float)));
    std::memcpy(buffer.data(), slopes.data(), slopes.size() * sizeof(float));
    mixer->slopes = view_f32(buffer.f32(), Shape{config.num_heads});
    weights.buffers.push_back(std::move(buffer));
  }
  return {};
}

}  // namespace

Status loading_cancelled() {
  return {StatusCode::kCancelled, "loading the model was cancelled"};
}

Result<ModelWeights> load_weights(const kernels::ExecContext& context, const ModelConfig& config,
                                  const WeightNames& names, std::int64_t total_bytes,
                                  std::unique_ptr<Checkpoint> checkpoint, FileAccess access,
                                  const LoadProgress& progress) {
  ModelWeights weights;
  weights.checkpoint = std::move(checkpoint);
  Loader loader(context, weights, total_bytes, access, progress);
  ARGES_RETURN_IF_ERROR(
      visit_weights(config, names, weights.decoder, weights.image_encoder, loader));
  ARGES_RETURN_IF_ERROR(compute_slopes(config.text, weights));
  const std::vector<std::string_view> kept(loader.kept().begin(), loader.kept().end());
  weights.checkpoint->close_all_but(kept);
  return weights;
}

}  // namespace arges::sdk
