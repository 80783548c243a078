// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "language/model/config.h"
#include "language/model/step_plan.h"
#include "language/model/weights.h"
#include "language/state/sequence_pool.h"

namespace arges::language {

// The language model: embedding, decoder layers, final norm and LM head (architecture.md §2).
// Immutable after construction and safe to use from several threads with a context each; the
// weights must outlive it.
class Decoder {
 public:
  // Precondition: check_decoder_config(config).ok(), weights of the shapes in weights.h, and a pool
  // of that config.
  Decoder(DecoderConfig config, DecoderWeights weights, std::shared_ptr<SequencePool> pool)
      : config_(std::move(config)), weights_(std::move(weights)), pool_(std::move(pool)) {}

  const DecoderConfig& config() const { return config_; }
  const DecoderWeights& weights() const { return weights_; }
  const std::shared_ptr<SequencePool>& pool() const { return pool_; }

  // An empty sequence of this decoder.
  Sequence new_sequence() const { return Sequence(pool_); }

  // Absorbs a plan's tokens in one ragged batch and writes the logits of the rows that want them,
  // [plan.logit_rows(), vocab_size] f32. A sequence's result does not depend on the others in the
  // batch. INVALID_ARGUMENT for an id outside the vocabulary, OUT_OF_MEMORY_*: the sequences have
  // then not advanced, and what they had not shared is undefined; the caller goes back to a fork or
  // drops them.
  Status step(const kernels::ExecContext& context, const StepPlan& plan, TensorView logits) const;

 private:
  // Calls the step's ops; what they are called with follows from sizes and addresses.
  Status queue(const kernels::ExecContext& context, const StepPlan& plan, const StepTables& tables,
               TensorView logits) const;

  DecoderConfig config_;
  DecoderWeights weights_;
  std::shared_ptr<SequencePool> pool_;
};

}  // namespace arges::language
