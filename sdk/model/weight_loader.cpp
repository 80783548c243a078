// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_loader.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>

#include "kernels/backend.h"
#include "kernels/base/panel_groups.h"
#include "kernels/base/quote_name.h"
#include "kernels/base/slab.h"
#include "kernels/op_table.h"
#include "sdk/model/widen.h"

namespace arges::sdk {
namespace {

bool is_aligned(std::span<const std::byte> bytes, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0;
}

// Elements of a tensor where typed access is allowed.
struct Source {
  const std::byte* data = nullptr;
  DType dtype = DType::kF32;
  Memory copy;  // holds the bytes when they could not be used in place
};

// A tensor of the host in the device's memory, kept in `buffers`.
Result<ConstTensorView> upload(Device& device, const ConstTensorView& tensor,
                               std::vector<Memory>& buffers) {
  ARGES_ASSIGN_OR_RETURN(Memory there, Memory::allocate(tensor.bytes(), device));
  ARGES_RETURN_IF_ERROR(device.upload(there.data(), tensor.data, tensor.bytes()));
  buffers.push_back(std::move(there));
  return ConstTensorView(buffers.back().view(tensor.shape, tensor.dtype));
}

// Numbers of the host where ops read them, kept in `buffers`.
Result<ConstTensorView> place(Device& device, Memory numbers, Shape shape,
                              std::vector<Memory>& buffers) {
  if (!device.is_host()) return upload(device, numbers.view(shape), buffers);
  buffers.push_back(std::move(numbers));
  return ConstTensorView(buffers.back().view(shape));
}

// Bytes of a weight in memory, but for what fills up the last panel of one that is not quantised.
std::int64_t bytes_of(const Matrix& weight) {
  if (weight.dtype == DType::kI8) {
    return PanelGroups{weight.groups}.shape(weight.rows, weight.cols).count();
  }
  return weight.rows * weight.cols * static_cast<std::int64_t>(dtype_size(weight.dtype));
}

class Loader final : public WeightVisitor {
 public:
  Loader(const kernels::ExecContext& context, const FormatPolicy& file_formats,
         ModelWeights& weights, std::int64_t total_bytes, const WeightOptions& options)
      : context_(context),
        file_formats_(file_formats),
        weights_(weights),
        total_bytes_(total_bytes),
        options_(options),
        slab_(*context.backend->device) {}

  Status weight(const ExpectedWeight& weight, Matrix& target) override {
    if (in_panels(weight)) return take_panels(weight, target);
    std::vector<Source> sources;
    std::vector<kernels::MatrixSource> parts;
    for (const WeightPiece& piece : weight.pieces) {
      ARGES_ASSIGN_OR_RETURN(Source source, open(piece));
      parts.push_back(
          shard(piece.source(source.data, source.dtype), piece.tensor.split, options_.shards));
      sources.push_back(std::move(source));
    }
    ARGES_RETURN_IF_ERROR(lay_out(parts, weight.part, target));
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const WeightPiece& piece = weight.pieces[i];
      keep(piece.tensor.name, std::move(sources[i]), target.owner == nullptr);
      if (piece.is_last()) ARGES_RETURN_IF_ERROR(finish(piece.tensor.name));
    }
    return {};
  }

  Status vector(const ExpectedTensor& tensor, ConstTensorView& target) override {
    const ShardRange range = shard(tensor.shape[0], tensor.split, options_.shards);
    const Shape shape = tensor.shape.with_outermost(range.count);
    const auto count = static_cast<std::size_t>(shape.count());
    ARGES_ASSIGN_OR_RETURN(Memory buffer, Memory::allocate(count * sizeof(float)));
    const DType dtype = type_of(tensor.name);
    const std::size_t first =
        static_cast<std::size_t>(tensor.shape.with_outermost(range.begin).count());
    const auto bytes = weights_.checkpoint->bytes(tensor.name)
                           .subspan(first * dtype_size(dtype), count * dtype_size(dtype));
    widen_to_f32(bytes, dtype, {buffer.f32(), count});
    weights_.bytes += static_cast<std::int64_t>(buffer.size());
    ARGES_ASSIGN_OR_RETURN(target, place(device(), std::move(buffer), shape, weights_.buffers));
    return finish(tensor.name);
  }

  Status table(const ExpectedTensor& tensor, ConstTensorView& target,
               const TiedHead* head) override {
    // A file read into memory is closed after the load, so its table moves out of it.
    const auto bytes = weights_.checkpoint->bytes(tensor.name);
    const DType dtype = type_of(tensor.name);
    const bool in_place = options_.access == FileAccess::kMap;
    ARGES_ASSIGN_OR_RETURN(Source source, open(bytes, dtype, dtype_size(dtype), in_place));
    target = host_view(source.data, dtype, tensor.shape);
    weights_.bytes += static_cast<std::int64_t>(target.bytes());
    if (options_.embedding) options_.embedding(target);
    if (head != nullptr && !in_panels(head->weight)) {
      const kernels::MatrixSource whole = kernels::whole_matrix(target);
      ARGES_RETURN_IF_ERROR(lay_out({&whole, 1}, ModelPart::kLmHead, head->target));
    }
    if (device().is_host()) {
      keep(tensor.name, std::move(source), true);
    } else {
      ARGES_ASSIGN_OR_RETURN(target, upload(device(), target, weights_.buffers));
    }
    ARGES_RETURN_IF_ERROR(finish(tensor.name));
    if (head == nullptr || !in_panels(head->weight)) return {};
    return take_panels(head->weight, head->target);
  }

  // The tensors whose bytes in the checkpoint are still referred to.
  const std::vector<std::string>& kept() const { return kept_; }

 private:
  Device& device() const { return *context_.backend->device; }

  // The one place every weight of a linear map passes through on its way to the backend: rows of
  // tensors, or panels.
  Status lay_out(std::span<const kernels::MatrixSource> sources, ModelPart part, Matrix& target,
                 const kernels::PanelSource& panels = {}) {
    const WeightType type = type_in_memory(options_.formats[part], sources);
    ARGES_RETURN_IF_ERROR(kernels::lay_out(context_, {.sources = sources,
                                                      .panels = panels,
                                                      .dtype = type.dtype,
                                                      .row_type = type.row_type,
                                                      .groups = type.groups,
                                                      .slab = &slab_,
                                                      .out = &target}));
    weights_.bytes += bytes_of(target);
    return {};
  }

  bool in_panels(const ExpectedWeight& weight) const {
    return groups_of(file_formats_[weight.part]).bits != 0;
  }

  Status take_panels(const ExpectedWeight& weight, Matrix& target) {
    const auto bytes = weights_.checkpoint->bytes(weight.name);
    ARGES_RETURN_IF_ERROR(check_scales(weight, bytes));
    ARGES_ASSIGN_OR_RETURN(Source source, open(bytes, DType::kU8, Device::kAlignment, true));
    ARGES_RETURN_IF_ERROR(
        lay_out({}, weight.part, target, {source.data, weight.rows(), weight.cols()}));
    keep(weight.name, std::move(source), target.owner == nullptr);
    return finish(weight.name);
  }

  // Of a file that may hold anything; no other byte of a group can spoil more than its own sum.
  Status check_scales(const ExpectedWeight& weight, std::span<const std::byte> bytes) const {
    const GroupFormat groups = groups_of(file_formats_[weight.part]);
    const auto step = static_cast<std::size_t>(PanelGroups{groups}.group_bytes());
    std::atomic<bool> finite = true;
    context_.pool->parallel_for(static_cast<std::int64_t>(bytes.size() / step), kGroupsAtOnce,
                                [&](std::int64_t begin, std::int64_t end) {
                                  const auto part =
                                      bytes.subspan(static_cast<std::size_t>(begin) * step,
                                                    static_cast<std::size_t>(end - begin) * step);
                                  if (!has_finite_scales(groups, part)) finite = false;
                                });
    if (finite) return {};
    return model_invalid("tensor " + quote_name(weight.name) +
                         " has a scale that is no finite number; quantise the model anew");
  }

  DType type_of(const std::string& name) const {
    return *weights_.checkpoint->listing().find(name)->type->dtype;
  }

  Result<Source> open(const WeightPiece& piece) const {
    const DType dtype = type_of(piece.tensor.name);
    const auto row_bytes = static_cast<std::size_t>(piece.cols) * dtype_size(dtype);
    const auto bytes = weights_.checkpoint->bytes(piece.tensor.name)
                           .subspan(static_cast<std::size_t>(piece.first_row) * row_bytes,
                                    static_cast<std::size_t>(piece.rows) * row_bytes);
    return open(bytes, dtype, dtype_size(dtype), true);
  }

  static Result<Source> open(std::span<const std::byte> bytes, DType dtype, std::size_t alignment,
                             bool in_place) {
    Source source;
    source.dtype = dtype;
    source.data = bytes.data();
    if (in_place && is_aligned(bytes, alignment)) return source;
    ARGES_ASSIGN_OR_RETURN(source.copy, Memory::allocate(bytes.size()));
    std::memcpy(source.copy.data(), bytes.data(), bytes.size());
    source.data = source.copy.data();
    return source;
  }

  // Keeps alive what is referred to.
  void keep(const std::string& name, Source source, bool referred_to) {
    if (!referred_to) return;
    if (source.copy.size() == 0) {
      kept_.push_back(name);
    } else {
      weights_.buffers.push_back(std::move(source.copy));
    }
  }

  // All of a tensor has been read.
  Status finish(const std::string& name) {
    if (kept_.empty() || kept_.back() != name) weights_.checkpoint->advise_unneeded(name);
    done_bytes_ += static_cast<std::int64_t>(weights_.checkpoint->bytes(name).size());
    if (!options_.progress || options_.progress(done_bytes_, total_bytes_)) return {};
    return loading_cancelled();
  }

  static constexpr std::int64_t kGroupsAtOnce = 1024;

  const kernels::ExecContext& context_;
  const FormatPolicy& file_formats_;
  ModelWeights& weights_;
  std::int64_t total_bytes_;
  const WeightOptions& options_;
  Slab slab_;  // of all weights, one behind the other
  std::int64_t done_bytes_ = 0;
  std::vector<std::string> kept_;
};

// Decay slopes are a function of the config and in no checkpoint (architecture.md §0, point 4).
// Every rank takes the slopes of its own heads, which are the whole model's.
Status compute_slopes(const language::DecoderConfig& config, const ShardPlan& shards,
                      Device& device, ModelWeights& weights) {
  const ShardRange heads = shard(config.num_heads, Split::kOutputs, shards);
  for (std::size_t layer = 0; layer < weights.decoder.layers.size(); ++layer) {
    auto* mixer = std::get_if<language::LightningWeights>(&weights.decoder.layers[layer].mixer);
    if (mixer == nullptr) continue;
    const auto slopes = language::lightning_slopes(config, static_cast<std::int64_t>(layer));
    ARGES_ASSIGN_OR_RETURN(Memory buffer,
                           Memory::allocate(static_cast<std::size_t>(heads.count) * sizeof(float)));
    std::copy_n(slopes.begin() + heads.begin, heads.count, buffer.f32());
    ARGES_ASSIGN_OR_RETURN(mixer->slopes,
                           place(device, std::move(buffer), {heads.count}, weights.buffers));
  }
  return {};
}

}  // namespace

Status loading_cancelled() {
  return {StatusCode::kCancelled, "loading the model was cancelled"};
}

Result<ModelWeights> load_weights(const kernels::ExecContext& context, const ModelConfig& config,
                                  const WeightNames& names, std::int64_t total_bytes,
                                  std::unique_ptr<Checkpoint> checkpoint,
                                  const WeightOptions& options) {
  ModelWeights weights;
  weights.checkpoint = std::move(checkpoint);
  Loader loader(context, config.file_formats, weights, total_bytes, options);
  ARGES_RETURN_IF_ERROR(
      visit_weights(config, names, weights.decoder, weights.image_encoder, loader));
  ARGES_RETURN_IF_ERROR(
      compute_slopes(config.text, options.shards, *context.backend->device, weights));
  const std::vector<std::string_view> kept(loader.kept().begin(), loader.kept().end());
  weights.checkpoint->close_all_but(kept);
  return weights;
}

}  // namespace arges::sdk
