// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "kernels/base/arena.h"
#include "kernels/base/exec_context.h"
#include "kernels/base/thread_pool.h"
#include "language/model/decoder.h"
#include "language/state/sequence_bytes.h"
#include "sdk/fusion/device_choice.h"
#include "sdk/model/loaded_model.h"
#include "sdk/runtime/model.h"
#include "vision/image_encoder.h"

namespace arges::sdk {

struct ModelOpenOptions {
  std::string path;             // a folder in the Hugging Face layout
  std::string device = "auto";  // choose_device's, as device_index
  std::int64_t device_index = 0;
  // In memory: "auto", "stored" (as the files have it), "bf16_dot" (weights, and the rows that
  // meet them, rounded to bf16), "q8" or "q4" (quantised, rows too); which parts of the model:
  // find_format_policy.
  std::string weight_format = "auto";
  FileAccess access = FileAccess::kMap;
  // Bytes that the model and its sequences may take, of the host's memory and the device's; 0 = no
  // limit of its own. UNSUPPORTED when it is set: no owner of memory keeps account of it yet.
  std::int64_t memory_budget = 0;
  std::int64_t device_budget = 0;
  int threads = 0;               // compute threads; 0 = one for each core that the process may use
  std::int64_t max_context = 0;  // tokens; 0 = what the model was made for
  // Leaves out tokenizer and prompts, whose accessors must then not be called: for tools that work
  // on ids and for folders that have none.
  bool weights_only = false;
  LoadProgress progress;  // may be empty
};

// The image encoder and the decoder of one checkpoint, as the scheduler drives them.
class VisionLanguageModel final : public Model {
 public:
  // Loads a checkpoint; waits. With "auto" a GPU that has no room for the model, or fails while it
  // is loaded, is given up for the processor; the facts say so. NOT_FOUND, MODEL_INVALID,
  // UNSUPPORTED, CANCELLED, OUT_OF_MEMORY_*, IO (a file, or a thread that the system refuses),
  // INTERNAL (a GPU).
  static Result<std::shared_ptr<VisionLanguageModel>> open(const ModelOpenOptions& options);

  const language::Tokenizer& tokenizer() const override { return *loaded_->tokenizer; }
  const language::PromptFamily& prompts() const override { return *loaded_->prompt; }
  std::int64_t vocab_size() const override { return decoder_.config().vocab_size; }
  std::int64_t max_context() const override { return max_context_; }
  std::span<const language::TokenId> suppressed_tokens() const override {
    return loaded_->suppressed;
  }
  std::int64_t kv_bytes_per_token() const override {
    return language::kv_bytes_per_token(decoder_.config());
  }
  std::int64_t state_bytes() const override { return decoder_.pool()->slot_bytes(); }
  std::int64_t block_tokens() const override { return kernels::kLightningBlock; }
  const ModelFacts& facts() const override { return facts_; }
  std::int64_t workspace_bytes() const override { return step_bytes_ + encode_bytes_; }
  std::int64_t memory_bytes() const override { return backend_->device->memory_bytes(); }
  Result<std::unique_ptr<Sequence>> create_sequence() override;
  std::uint64_t digest() const override { return loaded_->digest; }
  std::int64_t sequence_bytes(std::int64_t length) const override {
    return language::sequence_bytes(*decoder_.pool(), length);
  }
  Result<std::unique_ptr<Sequence>> read_sequence(std::int64_t length,
                                                  const GiveBytes& give) override;
  Result<vision::TilePlan> plan_image(int height, int width) const override;
  Result<std::unique_ptr<ImageEncoding>> begin_image(const vision::Image& image) override;
  Status step(std::span<StepItem> items) override;
  void for_each(std::int64_t count, const std::function<void(std::int64_t)>& work) override;

  // The parts, for tools that look inside (arges debug).
  const language::Decoder& decoder() const { return decoder_; }
  const vision::ImageEncoder* image_encoder() const {
    return encoder_.has_value() ? &*encoder_ : nullptr;
  }
  // Runs on the step thread's scratch memory: not while step runs.
  kernels::ExecContext context() { return {backend_.get(), pool_.get(), &step_workspace_}; }

 private:
  class Picture;

  static Result<std::shared_ptr<VisionLanguageModel>> open_on(const DeviceChoice& choice,
                                                              const ModelOpenOptions& options);
  VisionLanguageModel(const DeviceChoice& choice, std::unique_ptr<LoadedModel> loaded,
                      std::unique_ptr<ThreadPool> pool,
                      std::shared_ptr<language::SequencePool> sequences,
                      const ModelOpenOptions& options);

  // Tells the items of a step where its logits are, [rows that want them, vocab_size]: on the host,
  // in scratch memory that nobody takes before the next step.
  Status bring_logits(std::span<StepItem> items, TensorView logits);

  std::shared_ptr<const kernels::Backend> backend_;  // first: the others have its memory
  std::unique_ptr<ThreadPool> pool_;
  Arena step_workspace_;
  Arena host_workspace_;     // of steps, where the device is another
  std::mutex encode_mutex_;  // one slice of a picture at a time on its own scratch memory
  Arena encode_workspace_;
  std::unique_ptr<LoadedModel> loaded_;
  language::Decoder decoder_;
  std::optional<vision::ImageEncoder> encoder_;
  std::int64_t max_context_;
  ModelFacts facts_;
  // The arenas' sizes as of their last use, for readers on other threads.
  std::atomic<std::int64_t> step_bytes_{0};
  std::atomic<std::int64_t> encode_bytes_{0};
};

}  // namespace arges::sdk
