// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "kernels/cuda/lightning.h"

// Logits to tokens on the device, a row a sequence. What language/sampling defines, in its order:
// masks, biases, penalties, then the largest (temperature 0; of equal ones the lowest id), or
// temperature, top-k, top-p, min-p and a draw. Weights e^((l − largest)/temperature) are integers,
// multiples of 2^−40, so that their sums depend on no order: a row's token is the same in every
// batch. Candidates lie in one order, likeliest first and of equal ones the lower id first; each
// truncation keeps a beginning of it, and the draw is the first candidate at which the running
// weight passes u · (weight of what is kept), u in [0, 1).
namespace arges::kernels::cuda {

// What one row asks for, on the device. The defaults are greedy.
struct SampleOptions {
  float temperature = 0.0f;  // 0: the largest
  std::int32_t top_k = 0;    // 0: all
  float top_p = 1.0f;
  float min_p = 0.0f;
  float repetition_penalty = 1.0f;
  float presence_penalty = 0.0f;
  float frequency_penalty = 0.0f;
  std::int32_t slot = -1;       // of `counts`; < 0: no penalties
  std::int32_t mask = -1;       // row of `masks`; < 0: none
  std::int32_t bias_begin = 0;  // in bias_ids and bias_values, each id once
  std::int32_t bias_count = 0;
  std::uint64_t seed = 0;   // of language::RandomStream
  std::uint64_t draws = 0;  // numbers drawn from it before this one
};

struct SampleArgs {
  const float* logits = nullptr;  // [rows, stride]; not changed
  std::int64_t stride = 0;
  int rows = 0;
  int vocab = 0;
  const SampleOptions* options = nullptr;  // [rows]
  // How often a sequence has seen a token: 0 never, 1 in its prompt alone, n + 1: generated n
  // times.
  const std::uint32_t* counts = nullptr;  // [slot][vocab]; may be null when no row has a slot
  // Bit id mod 32 of word id / 32 is 1 where a token may be picked. `allowed` holds for every row.
  const std::uint32_t* allowed = nullptr;  // [⌈vocab / 32⌉] or null: all
  const std::uint32_t* masks = nullptr;  // [mask][⌈vocab / 32⌉]; may be null when no row has one
  const std::int32_t* bias_ids = nullptr;
  const float* bias_values = nullptr;
  std::uint32_t* scratch = nullptr;  // [rows, vocab]
  std::int32_t* ids = nullptr;       // [rows]; −1: nothing could be picked
  // Optional, [rows]: ln of the token's probability by the logits as they came, without masks,
  // biases, penalties and temperature; NaN where nothing could be picked or a logit is +infinity.
  float* log_probabilities = nullptr;
};

// INVALID_ARGUMENT for sizes or pointers that do not fit. Options are not checked: they are
// language::SamplingOptions that were.
Status sample(const SampleArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
