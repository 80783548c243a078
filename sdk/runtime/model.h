// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "language/text/prompt.h"
#include "language/text/tokenizer.h"
#include "sdk/runtime/image_encoding.h"
#include "vision/decode/image.h"
#include "vision/tiles/anyres_plan.h"

namespace arges::sdk {

// Token ids to absorb, with pictures in the place of their placeholder runs.
struct ModelInput {
  struct Picture {
    std::int64_t begin = 0;  // index of the run's first placeholder in ids; the run has
    std::shared_ptr<const ImageFeatures> features;  // features->tokens of them
  };
  std::vector<language::TokenId> ids;
  std::vector<Picture> pictures;  // ascending, not overlapping
  // Where messages and pictures end: ascending, in [1, ids]. The first id stands at a border too.
  std::vector<std::int64_t> cuts;
};

// Takes the next bytes of several, or gives them.
using TakeBytes = std::function<Status(std::span<const std::byte>)>;
using GiveBytes = std::function<Status(std::span<std::byte>)>;

// The memory of one sequence inside a model. Used by one thread at a time; what is const may be
// called by several.
class Sequence {
 public:
  virtual ~Sequence() = default;
  virtual std::int64_t length() const = 0;  // tokens absorbed
  // Memory for `tokens` more, so that a step that absorbs them need not fail for want of it.
  // OUT_OF_MEMORY_*; the sequence is as before then.
  virtual Status reserve(std::int64_t tokens) = 0;
  // An independent copy with the same future; OUT_OF_MEMORY_*.
  virtual Result<std::unique_ptr<Sequence>> clone() const = 0;
  // Gives its memory, Model::sequence_bytes of them, to `take`, piece by piece. What `take`
  // returns; OUT_OF_MEMORY_HOST, INTERNAL (the device).
  virtual Status write(const TakeBytes& take) const = 0;
};

// Tokens [begin, begin + count) of an input, brought to a sequence in one step.
struct StepItem {
  Sequence* sequence = nullptr;
  const ModelInput* input = nullptr;
  std::int64_t begin = 0;
  std::int64_t count = 0;     // >= 1
  bool wants_logits = false;  // of the last token
  // Where a step that was wanted to has left them, [vocab_size]: the model's memory, which the
  // caller may change, until its next step.
  float* logits = nullptr;
};

// What there is to say of a model as it was opened. Never changes.
struct ModelFacts {
  std::string device;             // that runs it
  std::int64_t device_index = 0;  // of several of the kind
  std::string device_reason;      // why that one: a sentence without its full stop
  std::string instruction_set;    // of the processor that the device's code uses
  std::string weight_format;      // in memory
  std::int64_t threads = 1;       // of compute
  std::int64_t weight_bytes = 0;
  // Prompt tokens for which a step takes hardly longer than for fewer; 0: it takes as long as there
  // are many.
  std::int64_t prompt_tokens_at_once = 0;
};

// What the scheduler drives: the real one joins vision and language (sdk/fusion), the scripted one
// (sdk/fakes) needs no weights. Pictures may be encoded at the same time as step; step is called by
// one thread at a time. All other members are safe from any thread.
class Model {
 public:
  virtual ~Model() = default;

  virtual const language::Tokenizer& tokenizer() const = 0;
  virtual const language::PromptFamily& prompts() const = 0;
  virtual std::int64_t vocab_size() const = 0;
  virtual std::int64_t max_context() const = 0;  // tokens, prompt and answer together
  // Vocabulary rows that were never trained and must not be sampled, ascending.
  virtual std::span<const language::TokenId> suppressed_tokens() const = 0;
  virtual std::int64_t kv_bytes_per_token() const = 0;
  virtual std::int64_t state_bytes() const = 0;  // constant part of a sequence
  // Tokens that a step works on together. A sequence's bits depend on where its blocks begin: see
  // input_blocks.h.
  virtual std::int64_t block_tokens() const = 0;
  virtual const ModelFacts& facts() const = 0;
  // Scratch memory held for steps and pictures, a moment ago.
  virtual std::int64_t workspace_bytes() const = 0;
  // Of the device that sequences lie in, in use or not.
  virtual std::int64_t memory_bytes() const = 0;

  virtual Result<std::unique_ptr<Sequence>> create_sequence() = 0;

  // UNSUPPORTED when the model has no image encoder.
  virtual Result<vision::TilePlan> plan_image(int height, int width) const = 0;

  // Begins with a picture, whose slices are then encoded. Fails as plan_image; OUT_OF_MEMORY_*.
  virtual Result<std::unique_ptr<ImageEncoding>> begin_image(const vision::Image& image) = 0;
  // The same in one go, asking before each slice.
  Result<ImageFeatures> encode_image(const vision::Image& image, const StopCheck& stop);

  // Absorbs all items in one ragged batch, and says in them where their logits are; each item's
  // result is independent of the others. On failure the sequences named are no longer usable.
  virtual Status step(std::span<StepItem> items) = 0;

  // Calls work(i) for each i in [0, count), shared out among the threads that compute; returns when
  // all have returned. work must not throw.
  virtual void for_each(std::int64_t count, const std::function<void(std::int64_t)>& work) = 0;

  // Tells it from models of another config, vocabulary or weights: see model_digest.h.
  virtual std::uint64_t digest() const = 0;
  // Of a sequence of so many tokens, as Sequence::write gives them. Where facts() agree, so do the
  // bytes of the same tokens, cut at the same places.
  virtual std::int64_t sequence_bytes(std::int64_t length) const = 0;
  // A sequence of such bytes, which `give` is asked for in order. What `give` returns;
  // OUT_OF_MEMORY_*, INTERNAL (the device).
  virtual Result<std::unique_ptr<Sequence>> read_sequence(std::int64_t length,
                                                          const GiveBytes& give) = 0;
};

}  // namespace arges::sdk
