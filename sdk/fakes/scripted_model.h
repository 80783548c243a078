// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kernels/base/thread_pool.h"
#include "sdk/fakes/byte_prompts.h"
#include "sdk/fakes/byte_tokenizer.h"
#include "sdk/fakes/fail_point.h"
#include "sdk/fakes/gate.h"
#include "sdk/fakes/sequence_faults.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// Everything that a scripted sequence has absorbed. Its whole state, so whatever leaks from one
// sequence into another, or survives a rollback, changes the answers.
struct History {
  std::vector<language::TokenId> ids;
  std::vector<float> features;  // of each id: the picture's value at a placeholder, else 0
};

// The answer to a prompt that ends with <assistant>. Called on the step thread.
using Script = std::function<std::string(const History& prompt)>;

// An answer that depends on every token and picture of the prompt: its digest in hexadecimal.
std::string digest_script(const History& prompt);

struct ScriptedModelOptions {
  Script script = digest_script;
  std::int64_t max_context = 4096;
  std::int64_t block_tokens = 1;
  bool sees_images = true;
  int tiles_per_image = 4;                  // of each column of its pixels
  std::chrono::microseconds step_delay{0};  // of every step
  int threads = 1;                          // of compute
  bool logs_steps = true;                   // for steps(); a long run would fill the memory
  std::int64_t prompt_tokens_at_once = 0;   // that facts() name
  std::string instruction_set = "none";     // the same
  std::uint64_t digest = 1;                 // of the model
};

// A Model without weights: absorbs tokens into a History and answers what its script says, one
// byte a token. Its gates hold it at a known point, its fail points break it, and it counts what
// is alive. A picture of height h takes h + 1 tokens of hidden size 1, each the sum of its pixels;
// it has tiles_per_image tiles for each of its columns, a slice each.
class ScriptedModel : public Model {
 public:
  // One sequence's part in a step, as the model saw it.
  struct Part {
    std::int64_t position = 0;  // of the sequence, before the step
    std::int64_t count = 0;
    language::TokenId first = 0;  // the first id brought
    bool wants_logits = false;
  };
  using Step = std::vector<Part>;

  explicit ScriptedModel(ScriptedModelOptions options = {});

  const language::Tokenizer& tokenizer() const override { return tokenizer_; }
  const language::PromptFamily& prompts() const override { return prompts_; }
  std::int64_t vocab_size() const override { return ByteTokenizer::kVocabSize; }
  std::int64_t max_context() const override { return options_.max_context; }
  std::span<const language::TokenId> suppressed_tokens() const override { return {}; }
  std::int64_t kv_bytes_per_token() const override { return sizeof(language::TokenId); }
  std::int64_t state_bytes() const override { return 0; }
  std::int64_t block_tokens() const override { return options_.block_tokens; }
  const ModelFacts& facts() const override { return facts_; }
  std::int64_t workspace_bytes() const override { return 0; }
  std::int64_t memory_bytes() const override { return std::int64_t{1} << 30; }
  Result<std::unique_ptr<Sequence>> create_sequence() override;
  std::uint64_t digest() const override { return options_.digest; }
  std::int64_t sequence_bytes(std::int64_t length) const override;
  Result<std::unique_ptr<Sequence>> read_sequence(std::int64_t length,
                                                  const GiveBytes& give) override;
  Result<vision::TilePlan> plan_image(int height, int width) const override;
  Result<std::unique_ptr<ImageEncoding>> begin_image(const vision::Image& image) override;
  Status step(std::span<StepItem> items) override;
  void for_each(std::int64_t count, const std::function<void(std::int64_t)>& work) override;

  // For tests; safe from any thread.
  Gate& step_gate() { return step_gate_; }                     // before each step
  Gate& text_gate() { return tokenizer_.gate(); }              // before each slice of a text
  Gate& tile_gate() { return tile_gate_; }                     // before each tile of a picture
  Gate& clone_gate() { return sequence_faults_->clone_gate; }  // before each copy of a sequence
  Gate& write_gate() { return sequence_faults_->write_gate; }  // before each is written to a file
  FailPoint& step_fault() { return step_fault_; }
  FailPoint& encode_fault() { return encode_fault_; }
  FailPoint& create_fault() { return create_fault_; }
  FailPoint& clone_fault() { return sequence_faults_->clone; }
  FailPoint& write_fault() { return sequence_faults_->write; }
  FailPoint& reserve_fault() { return sequence_faults_->reserve; }
  // Bytes of text tokenized so far.
  std::int64_t encoded_bytes() const { return tokenizer_.encoded_bytes(); }
  std::int64_t live_sequences() const { return *live_; }
  // Whether it comes to so many within ten seconds: what a thread has in hand when its request is
  // cancelled goes when it puts it down.
  bool comes_to_live_sequences(std::int64_t count) const;
  std::int64_t longest_loop() const { return longest_loop_; }  // of for_each so far
  std::vector<Step> steps() const;                             // so far, failed ones too

 private:
  class Picture;

  void log_step(std::span<const StepItem> items);
  Status absorb(const StepItem& item);
  void write_logits(const History& history, float* logits) const;

  const ScriptedModelOptions options_;
  const ModelFacts facts_ = {.device = "scripted",
                             .device_reason = "a test asked for it",
                             .instruction_set = options_.instruction_set,
                             .weight_format = "none",
                             .prompt_tokens_at_once = options_.prompt_tokens_at_once};
  ThreadPool pool_;
  const ByteTokenizer tokenizer_;
  const BytePrompts prompts_;
  std::atomic<std::int64_t> longest_loop_{0};
  Gate step_gate_;
  Gate tile_gate_;
  FailPoint step_fault_;
  FailPoint encode_fault_;
  FailPoint create_fault_;
  // Shared with the sequences, which may outlive the model.
  const std::shared_ptr<SequenceFaults> sequence_faults_ = std::make_shared<SequenceFaults>();
  const std::shared_ptr<std::atomic<std::int64_t>> live_ =
      std::make_shared<std::atomic<std::int64_t>>(0);
  mutable std::mutex steps_mutex_;
  std::vector<Step> steps_;
  std::vector<float> logits_;  // of the last step's items, [items, vocab_size]
};

}  // namespace arges::sdk
