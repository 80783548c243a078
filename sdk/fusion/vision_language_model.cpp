// SPDX-License-Identifier: Apache-2.0
#include "sdk/fusion/vision_language_model.h"

#include <algorithm>

#include "kernels/backend.h"
#include "kernels/base/quote_name.h"
#include "sdk/async/guard.h"
#include "sdk/fusion/instruction_set.h"
#include "sdk/fusion/plan_item.h"
#include "sdk/runtime/log.h"

namespace arges::sdk {
namespace {

using SharedBackend = std::shared_ptr<const kernels::Backend>;

// Keeps the backend, whose memory it has, when it outlives the model.
class DecoderSequence final : public Sequence {
 public:
  DecoderSequence(SharedBackend backend, language::Sequence sequence)
      : backend_(std::move(backend)), sequence_(std::move(sequence)) {}

  std::int64_t length() const override { return sequence_.length(); }

  Status reserve(std::int64_t tokens) override { return sequence_.reserve(tokens); }

  Result<std::unique_ptr<Sequence>> clone() const override {
    return std::unique_ptr<Sequence>(std::make_unique<DecoderSequence>(backend_, sequence_.fork()));
  }

  Status write(const TakeBytes& take) const override {
    return language::write_sequence(sequence_, take);
  }

  language::Sequence& sequence() { return sequence_; }

 private:
  SharedBackend backend_;
  language::Sequence sequence_;
};

// What was asked for and cannot be had is refused, never passed over.
Status check_options(const ModelOpenOptions& options) {
  if (options.max_context < 0) return invalid_argument("max_context is negative");
  if (!find_format_policy(options.weight_format)) {
    return unsupported(
        "weights cannot be kept in this format here; use \"auto\" or \"stored\", which keep them "
        "as the files have them, \"bf16_dot\", \"q8\" or \"q4\"");
  }
  if (options.memory_budget != 0 || options.device_budget != 0) {
    return unsupported("this build cannot keep to a memory budget; set both budgets to 0");
  }
  return {};
}

// A GPU is not full with two chunks: a step of these takes it hardly less time than one of so many.
constexpr std::int64_t kGpuPromptTokens = 2048;

// As arges_engine_info says it.
ModelFacts describe(const DeviceChoice& choice, const ThreadPool& pool, const LoadedModel& loaded) {
  ModelFacts facts;
  facts.device = choice.backend->name;
  facts.device_index = choice.index;
  facts.device_reason = choice.reason;
  facts.instruction_set = choice.instruction_set;
  facts.weight_format = dtype_name(loaded.weights.decoder.lm_head.dtype);
  const DType rows = loaded.weights.decoder.layers[0].moe.experts[0].down.row_type;
  if (rows != DType::kF32) {
    facts.weight_format = weight_format_name(loaded.formats[ModelPart::kExperts]);
    if (facts.device == "cpu") facts.instruction_set += "+" + unit_instruction_set(rows);
  }
  facts.threads = pool.size();
  facts.weight_bytes = loaded.weights.bytes;
  if (!choice.backend->device->is_host()) facts.prompt_tokens_at_once = kGpuPromptTokens;
  return facts;
}

void log_opening(const ModelOpenOptions& options, const ModelFacts& facts, LogLevel level) {
  if (!logs(level)) return;
  log(level, "opened " + quote_name(options.path) + " on " + facts.device + " (" +
                 facts.device_reason + "), " + facts.instruction_set + ", " +
                 std::to_string(facts.threads) + " threads, " + std::to_string(facts.weight_bytes) +
                 " bytes of weights as " + facts.weight_format);
}

// Whether a model that did not open there may do so on the processor.
bool is_the_devices_failure(const Status& status) {
  return status.code() == StatusCode::kOutOfMemoryDevice ||
         status.code() == StatusCode::kInternal || status.code() == StatusCode::kUnsupported;
}

}  // namespace

Result<std::shared_ptr<VisionLanguageModel>> VisionLanguageModel::open(
    const ModelOpenOptions& options) {
  ARGES_RETURN_IF_ERROR(check_options(options));
  ARGES_ASSIGN_OR_RETURN(const DeviceChoice choice,
                         choose_device(options.device, options.device_index));
  auto opened = open_on(choice, options);
  const bool elsewhere = options.device == "auto" && !choice.backend->device->is_host();
  if (opened.ok() || !elsewhere || !is_the_devices_failure(opened.status())) return opened;
  DeviceChoice processor = the_processor_after(opened.status());
  processor.instead_of_a_card = true;
  return open_on(processor, options);
}

Result<std::shared_ptr<VisionLanguageModel>> VisionLanguageModel::open_on(
    const DeviceChoice& choice, const ModelOpenOptions& options) {
  const kernels::Backend& backend = *choice.backend;
  std::unique_ptr<ThreadPool> pool;
  ARGES_RETURN_IF_ERROR(guarded([&]() -> Status {
    pool = std::make_unique<ThreadPool>(options.threads);
    return {};
  }));
  Arena workspace(*backend.device);
  LoadOptions load;
  load.access = options.access;
  load.weights_only = options.weights_only;
  load.formats = *find_format_policy(options.weight_format);
  load.progress = options.progress;
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<LoadedModel> loaded,
                         load_model(options.path, {&backend, pool.get(), &workspace}, load));
  ARGES_RETURN_IF_ERROR(backend.device->finish());  // pictures are encoded aside
  ARGES_ASSIGN_OR_RETURN(auto sequences,
                         language::SequencePool::create(loaded->config.text, backend));
  std::shared_ptr<VisionLanguageModel> model(new VisionLanguageModel(
      choice, std::move(loaded), std::move(pool), std::move(sequences), options));
  log_opening(options, model->facts(),
              choice.instead_of_a_card ? LogLevel::kWarning : LogLevel::kInfo);
  return model;
}

VisionLanguageModel::VisionLanguageModel(const DeviceChoice& choice,
                                         std::unique_ptr<LoadedModel> loaded,
                                         std::unique_ptr<ThreadPool> pool,
                                         std::shared_ptr<language::SequencePool> sequences,
                                         const ModelOpenOptions& options)
    : backend_(choice.backend),
      pool_(std::move(pool)),
      step_workspace_(*backend_->device),
      encode_workspace_(*backend_->device),
      loaded_(std::move(loaded)),
      decoder_(loaded_->config.text, loaded_->weights.decoder, std::move(sequences)),
      max_context_(loaded_->config.text.max_positions),
      facts_(describe(choice, *pool_, *loaded_)) {
  if (options.max_context > 0) max_context_ = std::min(max_context_, options.max_context);
  if (loaded_->config.vision) {
    encoder_.emplace(*loaded_->config.vision, *loaded_->config.tiles,
                     loaded_->weights.image_encoder);
  }
}

Result<std::unique_ptr<Sequence>> VisionLanguageModel::create_sequence() {
  return std::unique_ptr<Sequence>(
      std::make_unique<DecoderSequence>(backend_, decoder_.new_sequence()));
}

Result<std::unique_ptr<Sequence>> VisionLanguageModel::read_sequence(std::int64_t length,
                                                                     const GiveBytes& give) {
  ARGES_ASSIGN_OR_RETURN(language::Sequence sequence,
                         language::read_sequence(decoder_.pool(), length, give));
  return std::unique_ptr<Sequence>(
      std::make_unique<DecoderSequence>(backend_, std::move(sequence)));
}

Result<vision::TilePlan> VisionLanguageModel::plan_image(int height, int width) const {
  if (!encoder_) return unsupported("this model reads text only; load one with an image encoder");
  return encoder_->plan(height, width);
}

// First the picture is scaled, then its tiles are encoded.
class VisionLanguageModel::Picture final : public ImageEncoding {
 public:
  Picture(VisionLanguageModel& model, const vision::Image& image, const vision::TilePlan& plan,
          Memory data)
      : model_(model), image_(image), plan_(plan), data_(std::move(data)) {}

  bool done() const override { return next_tile_ == plan_.tile_count; }
  Status encode_slice(const StopCheck& stop) override {
    const std::lock_guard lock(model_.encode_mutex_);
    const ThreadPool::Background gives_way;
    if (!scaled_) return scale();
    return model_.backend_->device->aside([&] { return encode_tiles(stop); });
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
    const kernels::ExecContext context{model_.backend_.get(), model_.pool_.get(),
                                       &model_.encode_workspace_};
    const TensorView features =
        data_.view({plan_.token_count, model_.decoder_.config().hidden_size});
    ARGES_ASSIGN_OR_RETURN(next_tile_, model_.encoder_->encode_tiles(context, *scaled_, plan_,
                                                                     next_tile_, stop, features));
    model_.encode_bytes_ = static_cast<std::int64_t>(model_.encode_workspace_.capacity());
    if (done()) scaled_.reset();
    return {};
  }

  VisionLanguageModel& model_;
  const vision::Image& image_;
  const vision::TilePlan plan_;
  Memory data_;
  std::optional<vision::ScaledPicture> scaled_;
  std::int64_t next_tile_ = 0;
};

Result<std::unique_ptr<ImageEncoding>> VisionLanguageModel::begin_image(
    const vision::Image& image) {
  ARGES_ASSIGN_OR_RETURN(const vision::TilePlan plan, plan_image(image.height, image.width));
  const std::int64_t values = plan.token_count * decoder_.config().hidden_size;
  ARGES_ASSIGN_OR_RETURN(Memory data,
                         Memory::allocate(static_cast<std::size_t>(values) * sizeof(float),
                                          *backend_->device, backend_));
  return std::unique_ptr<ImageEncoding>(
      std::make_unique<Picture>(*this, image, plan, std::move(data)));
}

void VisionLanguageModel::for_each(std::int64_t count,
                                   const std::function<void(std::int64_t)>& work) {
  pool_->parallel_for(count, 1, [&work](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i);
  });
}

Status VisionLanguageModel::step(std::span<StepItem> items) {
  const ThreadPool::Foreground somebody_waits(*pool_);
  const kernels::ExecContext context = this->context();
  const Arena::Scope scope(step_workspace_);
  language::StepPlan plan;
  for (const StepItem& item : items) {
    language::Sequence& sequence = static_cast<DecoderSequence*>(item.sequence)->sequence();
    ARGES_RETURN_IF_ERROR(add_item(item, sequence, decoder_.config().hidden_size, plan));
  }
  ARGES_ASSIGN_OR_RETURN(const TensorView logits,
                         step_workspace_.allocate({plan.logit_rows(), vocab_size()}));
  ARGES_RETURN_IF_ERROR(decoder_.step(context, plan, logits));
  step_bytes_ = static_cast<std::int64_t>(step_workspace_.capacity());
  return bring_logits(items, logits);
}

// In one piece from a device of its own: each download waits for it.
Status VisionLanguageModel::bring_logits(std::span<StepItem> items, TensorView logits) {
  const Arena::Scope scope(host_workspace_);
  if (!backend_->device->is_host()) {
    ARGES_ASSIGN_OR_RETURN(const TensorView here, host_workspace_.allocate(logits.shape));
    ARGES_RETURN_IF_ERROR(backend_->device->download(here.data, logits.data, logits.bytes()));
    logits = here;
  }
  std::int64_t row = 0;
  for (StepItem& item : items) {
    item.logits = item.wants_logits ? logits.slice(row++, 1).f32() : nullptr;
  }
  return {};
}

}  // namespace arges::sdk
