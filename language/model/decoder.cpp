// SPDX-License-Identifier: Apache-2.0
#include "language/model/decoder.h"

#include <numeric>
#include <string>

#include "kernels/ops/copy_rows.h"
#include "kernels/ops/embedding.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/rms_norm.h"
#include "language/model/decoder_layer.h"

namespace arges::language {
namespace {

// The step's batch in the form the layers want, and the memory that it refers to.
struct Ragged {
  std::vector<kernels::SequenceSpan> spans;
  std::vector<SequenceState*> states;
  std::vector<std::int32_t> positions;
};

Result<Ragged> make_ragged(std::span<const StepSequence> sequences, std::int64_t rows) {
  Ragged ragged;
  std::int64_t begin = 0;
  for (const StepSequence& sequence : sequences) {
    if (sequence.count < 1) return invalid_argument("decoder step: a sequence brings no token");
    ARGES_RETURN_IF_ERROR(sequence.state->reserve(sequence.count));
    ragged.spans.push_back({begin, sequence.count});
    ragged.states.push_back(sequence.state);
    for (std::int64_t i = 0; i < sequence.count; ++i) {
      ragged.positions.push_back(static_cast<std::int32_t>(sequence.state->length() + i));
    }
    begin += sequence.count;
  }
  if (begin != rows) {
    return invalid_argument("decoder step: the sequences bring " + std::to_string(begin) +
                            " tokens but hidden has " + std::to_string(rows) + " rows");
  }
  return ragged;
}

}  // namespace

Status Decoder::embed(const kernels::ExecContext& context, std::span<const TokenId> ids,
                      TensorView hidden) const {
  return kernels::embedding(context, {view_i32(ids), weights_.embedding, hidden});
}

Status Decoder::step(const kernels::ExecContext& context, std::span<const StepSequence> sequences,
                     TensorView hidden) const {
  ARGES_ASSIGN_OR_RETURN(const Ragged ragged, make_ragged(sequences, hidden.shape[0]));
  const LayerBatch batch{ragged.spans, ragged.states, view_i32(ragged.positions)};
  for (std::int64_t layer = 0; layer < config_.num_layers(); ++layer) {
    const LayerWeights& weights = weights_.layers[static_cast<std::size_t>(layer)];
    ARGES_RETURN_IF_ERROR(decoder_layer(context, config_, layer, weights, batch, hidden));
  }
  for (const StepSequence& sequence : sequences) sequence.state->advance(sequence.count);
  return {};
}

Status Decoder::logits(const kernels::ExecContext& context, ConstTensorView hidden,
                       std::span<const std::int32_t> rows, TensorView logits) const {
  const Arena::Scope scope(*context.workspace);
  const auto count = static_cast<std::int64_t>(rows.size());
  ARGES_ASSIGN_OR_RETURN(TensorView chosen,
                         context.workspace->allocate({count, config_.hidden_size}));
  std::vector<std::int32_t> to(rows.size());
  std::iota(to.begin(), to.end(), 0);
  ARGES_RETURN_IF_ERROR(
      kernels::copy_rows(context, {hidden, view_i32(rows), view_i32(to), chosen}));
  ARGES_RETURN_IF_ERROR(
      kernels::rms_norm(context, {chosen, weights_.final_norm, config_.norm_epsilon, chosen}));
  return kernels::linear(context,
                         {chosen, &weights_.lm_head, {}, kernels::Activation::kNone, logits});
}

}  // namespace arges::language
