// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "language/model/config.h"
#include "language/model/weights.h"
#include "language/state/sequence_state.h"
#include "language/text/token.h"

namespace arges::language {

// One sequence's part of a step: `count` >= 1 new tokens, a prefill chunk or one decode token.
struct StepSequence {
  SequenceState* state = nullptr;  // advanced by count when the step succeeds
  std::int64_t count = 0;
};

// The language model: embedding, decoder layers, final norm and LM head (architecture.md §2).
// Immutable after construction and safe to use from several threads with a context each; the
// weights must outlive it.
class Decoder {
 public:
  // Precondition: check_decoder_config(config).ok() and weights of the shapes in weights.h.
  Decoder(DecoderConfig config, DecoderWeights weights)
      : config_(std::move(config)), weights_(std::move(weights)) {}

  const DecoderConfig& config() const { return config_; }

  // hidden[i] = embedding of ids[i]; hidden is [n, hidden_size] f32. INVALID_ARGUMENT for an id
  // outside the vocabulary.
  Status embed(const kernels::ExecContext& context, std::span<const TokenId> ids,
               TensorView hidden) const;

  // Runs all layers over a ragged batch. hidden [n, hidden_size] holds the embedded new tokens of
  // all sequences, one after another, and is overwritten by the last layer's output. A sequence's
  // result does not depend on the others in the batch. No sequence may occur twice.
  // If it fails (OUT_OF_MEMORY_*), the lightning states of the batch are undefined: the caller
  // goes back to a clone or drops the sequences.
  Status step(const kernels::ExecContext& context, std::span<const StepSequence> sequences,
              TensorView hidden) const;

  // Logits [r, vocab_size] f32 of the chosen rows of a step's output.
  Status logits(const kernels::ExecContext& context, ConstTensorView hidden,
                std::span<const std::int32_t> rows, TensorView logits) const;

 private:
  DecoderConfig config_;
  DecoderWeights weights_;
};

}  // namespace arges::language
