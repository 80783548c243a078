// SPDX-License-Identifier: Apache-2.0
#include "sdk/fusion/vision_language_model.h"

#include <algorithm>
#include <cstring>

#include "kernels/base/quote_name.h"
#include "kernels/op_table.h"
#include "sdk/async/guard.h"
#include "sdk/fusion/fuse.h"
#include "sdk/fusion/instruction_set.h"
#include "sdk/runtime/log.h"

namespace arges::sdk {
namespace {

using language::SequenceState;

class DecoderSequence final : public Sequence {
 public:
  explicit DecoderSequence(SequenceState state) : state_(std::move(state)) {}

  std::int64_t length() const override { return state_.length(); }

  Status reserve(std::int64_t tokens) override { return state_.reserve(tokens); }

  Result<std::unique_ptr<Sequence>> clone() const override {
    ARGES_ASSIGN_OR_RETURN(SequenceState copy, state_.clone());
    return std::unique_ptr<Sequence>(std::make_unique<DecoderSequence>(std::move(copy)));
  }

  SequenceState& state() { return state_; }

 private:
  SequenceState state_;
};

// The backends by name; the one place that lists them.
Result<const kernels::OpTable*> find_backend(const std::string& device) {
  if (device == "auto" || device == "cpu") return &kernels::cpu_ops();
  if (device == "reference") return &kernels::reference_ops();
  return unsupported("this device is not available here; use \"auto\" or \"cpu\"");
}

// Why that backend, for people.
std::string device_reason(const std::string& device) {
  if (device != "auto") return "it was asked for";
  return "auto takes the processor: this build knows no other device";
}

// What was asked for and cannot be had is refused, never passed over.
Status check_options(const ModelOpenOptions& options) {
  if (options.max_context < 0) return invalid_argument("max_context is negative");
  if (options.device_index != 0) {
    return unsupported("there is one device of this kind; set device_index to 0");
  }
  if (options.weight_format != "auto" && options.weight_format != "stored") {
    return unsupported(
        "weights cannot be kept in this format here; use \"auto\" or \"stored\", which keep them "
        "as "
        "the files have them");
  }
  if (options.memory_budget != 0 || options.device_budget != 0) {
    return unsupported("this build cannot keep to a memory budget; set both budgets to 0");
  }
  return {};
}

// As arges_engine_info says it.
ModelFacts describe(const ModelOpenOptions& options, const kernels::OpTable& ops,
                    const ThreadPool& pool, const LoadedModel& loaded) {
  ModelFacts facts;
  facts.device = &ops == &kernels::reference_ops() ? "reference" : "cpu";
  facts.device_reason = device_reason(options.device);
  facts.instruction_set = facts.device == "cpu" ? kernel_instruction_set() : "scalar";
  facts.weight_format = dtype_name(loaded.weights.decoder.lm_head.dtype);
  facts.threads = pool.size();
  facts.weight_bytes = loaded.census.total.bytes;
  return facts;
}

void log_opening(const ModelOpenOptions& options, const ModelFacts& facts) {
  if (!logs(LogLevel::kInfo)) return;
  log(LogLevel::kInfo,
      "opened " + quote_name(options.path) + " on " + facts.device + " (" + facts.device_reason + "), " +
          facts.instruction_set + ", " + std::to_string(facts.threads) + " threads, " +
          std::to_string(facts.weight_bytes) + " bytes of weights as " + facts.weight_format);
}

}  // namespace

Result<std::shared_ptr<VisionLanguageModel>> VisionLanguageModel::open(
    const ModelOpenOptions& options) {
  ARGES_RETURN_IF_ERROR(check_options(options));
  ARGES_ASSIGN_OR_RETURN(const kernels::OpTable* ops, find_backend(options.device));
  std::unique_ptr<ThreadPool> pool;
  ARGES_RETURN_IF_ERROR(guarded([&]() -> Status {
    pool = std::make_unique<ThreadPool>(options.threads);
    return {};
  }));
  Arena workspace;
  LoadOptions load;
  load.access = options.access;
  load.weights_only = options.weights_only;
  load.progress = options.progress;
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<LoadedModel> loaded,
                         load_model(options.path, {ops, pool.get(), &workspace}, load));
  std::shared_ptr<VisionLanguageModel> model(
      new VisionLanguageModel(std::move(loaded), *ops, std::move(pool), options));
  log_opening(options, model->facts());
  return model;
}

VisionLanguageModel::VisionLanguageModel(std::unique_ptr<LoadedModel> loaded,
                                         const kernels::OpTable& ops,
                                         std::unique_ptr<ThreadPool> pool,
                                         const ModelOpenOptions& options)
    : ops_(&ops),
      pool_(std::move(pool)),
      loaded_(std::move(loaded)),
      decoder_(loaded_->config.text, loaded_->weights.decoder),
      max_context_(loaded_->config.text.max_positions),
      facts_(describe(options, *ops_, *pool_, *loaded_)) {
  if (options.max_context > 0) max_context_ = std::min(max_context_, options.max_context);
  if (loaded_->config.vision) {
    encoder_.emplace(*loaded_->config.vision, *loaded_->config.tiles,
                     loaded_->weights.image_encoder);
  }
}

std::int64_t VisionLanguageModel::kv_bytes_per_token() const {
  const language::DecoderConfig& config = decoder_.config();
  std::int64_t layers = 0;
  for (const auto type : config.layer_types) layers += type == language::LayerType::kSoftmax;
  return layers * 2 * config.num_kv_heads * config.head_dim *
         static_cast<std::int64_t>(sizeof(float));
}

std::int64_t VisionLanguageModel::state_bytes() const {
  const language::DecoderConfig& config = decoder_.config();
  std::int64_t layers = 0;
  for (const auto type : config.layer_types) layers += type == language::LayerType::kLightning;
  return layers * config.num_heads * config.head_dim * config.head_dim *
         static_cast<std::int64_t>(sizeof(float));
}

Result<std::unique_ptr<Sequence>> VisionLanguageModel::create_sequence() {
  ARGES_ASSIGN_OR_RETURN(SequenceState state, SequenceState::create(decoder_.config()));
  return std::unique_ptr<Sequence>(std::make_unique<DecoderSequence>(std::move(state)));
}

Result<vision::TilePlan> VisionLanguageModel::plan_image(int height, int width) const {
  if (!encoder_) return unsupported("this model reads text only; load one with an image encoder");
  return encoder_->plan(height, width);
}

// First the picture is scaled, then its tiles are encoded.
class VisionLanguageModel::Picture final : public ImageEncoding {
 public:
  Picture(VisionLanguageModel& model, const vision::Image& image, const vision::TilePlan& plan,
          Buffer data)
      : model_(model), image_(image), plan_(plan), data_(std::move(data)) {}

  bool done() const override { return next_tile_ == plan_.tile_count; }
  Status encode_slice(const StopCheck& stop) override {
    const std::lock_guard lock(model_.encode_mutex_);
    const ThreadPool::Background gives_way;
    return scaled_ ? encode_tiles(stop) : scale();
  }
  ImageFeatures take() override { return {plan_.token_count, std::move(data_)}; }

 private:
  Status scale() {
    ARGES_ASSIGN_OR_RETURN(
        scaled_,
        vision::ScaledPicture::create(image_, plan_, model_.encoder_->tiles(), model_.pool_.get()));
    return {};
  }

  Status encode_tiles(const StopCheck& stop) {
    const kernels::ExecContext context{model_.ops_, model_.pool_.get(), &model_.encode_workspace_};
    const TensorView features =
        view_f32(data_.f32(), {plan_.token_count, model_.decoder_.config().hidden_size});
    ARGES_ASSIGN_OR_RETURN(next_tile_, model_.encoder_->encode_tiles(context, *scaled_, plan_,
                                                                     next_tile_, stop, features));
    model_.encode_bytes_ = static_cast<std::int64_t>(model_.encode_workspace_.capacity());
    if (done()) scaled_.reset();
    return {};
  }

  VisionLanguageModel& model_;
  const vision::Image& image_;
  const vision::TilePlan plan_;
  Buffer data_;
  std::optional<vision::ScaledPicture> scaled_;
  std::int64_t next_tile_ = 0;
};

Result<std::unique_ptr<ImageEncoding>> VisionLanguageModel::begin_image(
    const vision::Image& image) {
  ARGES_ASSIGN_OR_RETURN(const vision::TilePlan plan, plan_image(image.height, image.width));
  const std::int64_t values = plan.token_count * decoder_.config().hidden_size;
  ARGES_ASSIGN_OR_RETURN(Buffer data,
                         Buffer::allocate(static_cast<std::size_t>(values) * sizeof(float)));
  return std::unique_ptr<ImageEncoding>(
      std::make_unique<Picture>(*this, image, plan, std::move(data)));
}

void VisionLanguageModel::for_each(std::int64_t count,
                                   const std::function<void(std::int64_t)>& work) {
  pool_->parallel_for(count, 1, [&work](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i);
  });
}

Status VisionLanguageModel::step(std::span<const StepItem> items) {
  const ThreadPool::Foreground somebody_waits(*pool_);
  const kernels::ExecContext context{ops_, pool_.get(), &step_workspace_};
  const Arena::Scope scope(step_workspace_);
  const std::int64_t width = decoder_.config().hidden_size;
  std::int64_t rows = 0;
  for (const StepItem& item : items) rows += item.count;
  ARGES_ASSIGN_OR_RETURN(TensorView hidden, step_workspace_.allocate({rows, width}));

  std::vector<language::StepSequence> sequences;
  std::vector<std::int32_t> logit_rows;
  std::int64_t begin = 0;
  for (const StepItem& item : items) {
    ARGES_RETURN_IF_ERROR(fuse(context, decoder_, *item.input, item.begin, item.count,
                               view_f32(hidden.f32() + begin * width, {item.count, width})));
    sequences.push_back({&static_cast<DecoderSequence*>(item.sequence)->state(), item.count});
    begin += item.count;
    if (item.logits != nullptr) logit_rows.push_back(static_cast<std::int32_t>(begin - 1));
  }
  ARGES_RETURN_IF_ERROR(decoder_.step(context, sequences, hidden));
  step_bytes_ = static_cast<std::int64_t>(step_workspace_.capacity());
  if (logit_rows.empty()) return {};

  const auto wanted = static_cast<std::int64_t>(logit_rows.size());
  ARGES_ASSIGN_OR_RETURN(TensorView logits, step_workspace_.allocate({wanted, vocab_size()}));
  ARGES_RETURN_IF_ERROR(decoder_.logits(context, hidden, logit_rows, logits));
  const float* row = logits.f32();
  for (const StepItem& item : items) {
    if (item.logits == nullptr) continue;
    std::memcpy(item.logits, row, static_cast<std::size_t>(vocab_size()) * sizeof(float));
    row += vocab_size();
  }
  return {};
}

}  // namespace arges::sdk
