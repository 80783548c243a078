// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kernels/cuda/card.h"
#include "kernels/cuda/cuda_status.h"
#include "kernels/cuda/layer_check.h"
#include "kernels/cuda/lightning_launch.h"

namespace arges::kernels::cuda {

struct LightningPrefill::Launches {
  PrefillLaunch states;  // only with segments
  PrefillLaunch output;
  bool segmented = false;
  Status (*launch)(const PrefillLaunch&, Stream) = nullptr;
};

namespace {

Status check(const LightningPrefillArgs& args) {
  ARGES_RETURN_IF_ERROR(check_layer(args.layer));
  if (args.spans == nullptr || args.span_count < 1) {
    return invalid_argument("lightning prefill: no spans");
  }
  if (args.segment_tokens < 0 || args.segment_tokens % kChunk != 0) {
    return invalid_argument("lightning prefill: segment_tokens is not a multiple of 64");
  }
  if (args.max_segments < 1 || (args.segment_tokens == 0 && args.max_segments > 1)) {
    return invalid_argument("lightning prefill: max_segments does not fit segment_tokens");
  }
  if (args.lockstep_chunks < 0) {
    return invalid_argument("lightning prefill: lockstep_chunks is negative");
  }
  if (args.max_segments > 1 && args.segment_states == nullptr) {
    return invalid_argument("lightning prefill: segments without scratch for their states");
  }
  return {};
}

PrefillWork work_of(const LightningPrefillArgs& args) {
  PrefillWork work{};
  work.layer = args.layer;
  work.spans = args.spans;
  work.span_count = args.span_count;
  // A single segment is a whole span.
  work.segment_tokens = args.max_segments > 1 ? args.segment_tokens : 0;
  work.max_segments = args.max_segments;
  work.segment_states = args.segment_states;
  work.items = args.span_count * args.max_segments * args.layer.heads * kHalves;
  return work;
}

}  // namespace

int prefill_segment_tokens(int heads, int tokens) {
  constexpr int kFull = 128;      // half heads that fill a card
  constexpr int kLongest = 4096;  // longer ones leave the card's last round too empty
  const std::int64_t halves = std::int64_t{heads} * kHalves;
  if (heads < 1 || tokens < 1 || halves > kFull * 3 / 4) return 0;
  const std::int64_t even = tokens * halves / kFull;
  return static_cast<int>(
      std::clamp<std::int64_t>((even + kChunk - 1) / kChunk * kChunk, 4 * kChunk, kLongest));
}

Result<LightningPrefill> LightningPrefill::create(const LightningPrefillArgs& args) {
  ARGES_RETURN_IF_ERROR(check(args));
  ARGES_ASSIGN_OR_RETURN(const Card card, current_card());
  if (card.major < kLeastMajor)
    return unsupported("lightning prefill needs compute capability 8.0 or more");
  const bool hopper = card.is_hopper() && args.path != PrefillPath::kPortable;

  auto launches = std::make_shared<Launches>();
  PrefillLaunch& output = launches->output;
  output.work = work_of(args);
  if (hopper) {
    const LightningLayer& layer = args.layer;
    ARGES_RETURN_IF_ERROR(encode_tensor_map(layer.rows, layer.row_count, layer.row_stride,
                                            layer.row_stride, output.work.tensor_map));
  }
  output.silu = args.layer.silu;
  output.pass = args.layer.gate_column >= 0 ? PrefillPass::kGated : PrefillPass::kPlain;
  output.blocks = std::min(output.work.items, card.multiprocessors);
  launches->launch = hopper ? launch_prefill_sm90 : launch_prefill_sm80;
  launches->segmented = args.max_segments > 1;
  launches->states = output;
  launches->states.pass = PrefillPass::kStates;
  if (hopper && !launches->segmented && args.lockstep_chunks > 0) {
    output.work.progress = args.progress;
    output.work.lockstep_chunks = args.lockstep_chunks;
  }
  output.early = hopper && launches->segmented;
  return LightningPrefill(std::move(launches));
}

Status LightningPrefill::run(Stream stream) const {
  if (launches_->segmented) {
    ARGES_RETURN_IF_ERROR(launches_->launch(launches_->states, stream));
    ARGES_RETURN_IF_ERROR(
        launch_segment_scan(launches_->states.work, launches_->output.early, stream));
  }
  return launches_->launch(launches_->output, stream);
}

}  // namespace arges::kernels::cuda
