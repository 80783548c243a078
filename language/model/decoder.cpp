// SPDX-License-Identifier: Apache-2.0
#include "language/model/decoder.h"

#include "kernels/backend.h"
#include "language/model/block.h"

namespace arges::language {
namespace {

// How many layers of each kind have gone by.
struct LayerCount {
  std::int64_t lightning = 0;
  std::int64_t softmax = 0;
};

void mix(Step& step, const LayerWeights& weights, LayerCount& done, TensorView x) {
  if (const auto* lightning = std::get_if<LightningWeights>(&weights.mixer)) {
    lightning_block(step, weights.input_norm, *lightning, done.lightning++, x);
  } else {
    softmax_block(step, weights.input_norm, std::get<SoftmaxWeights>(weights.mixer), done.softmax++,
                  x);
  }
}

}  // namespace

Status Decoder::step(const kernels::ExecContext& context, const StepPlan& plan,
                     TensorView logits) const {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(const StepTables tables, plan.upload(*context.workspace));
  kernels::StepRecorder* recorder = context.backend->recorder;
  if (recorder != nullptr && plan.is_decode()) {
    const kernels::StepKey key{plan.rows(), plan.logit_rows(), tables.ids.data, tables.end,
                               logits.data};
    ARGES_RETURN_IF_ERROR(recorder->run(key, [&] { return queue(context, plan, tables, logits); }));
  } else {
    ARGES_RETURN_IF_ERROR(queue(context, plan, tables, logits));
  }
  plan.advance();
  return {};
}

Status Decoder::queue(const kernels::ExecContext& context, const StepPlan& plan,
                      const StepTables& tables, TensorView logits) const {
  Step step(context, config_, tables, *pool_);
  const TensorView x = step.scratch({plan.rows(), config_.hidden_size});
  step(kernels::embed,
       {.ids = tables.ids, .table = weights_.embedding, .pictures = plan.pictures(), .x = x});
  LayerCount done;
  for (const LayerWeights& layer : weights_.layers) {
    mix(step, layer, done, x);
    moe_block(step, layer.post_attention_norm, layer.moe, x);
  }
  if (plan.logit_rows() > 0) {
    step(kernels::head, {.x = x,
                         .rows = tables.logit_rows,
                         .norm = {weights_.final_norm, config_.norm_epsilon},
                         .weight = &weights_.lm_head,
                         .logits = logits});
  }
  return step.status();
}

}  // namespace arges::language
