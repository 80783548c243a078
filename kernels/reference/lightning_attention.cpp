// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "kernels/reference/backend.h"

namespace arges::kernels::reference {

namespace {

// One token of one head: S ← decay·S + k vᵀ, out = Sᵀ q. The decay comes as decay − 1, which fp32
// holds more exactly when the decay is almost 1.
void step(const float* qkv, float decay_less_one, std::int64_t width, float* state, float* out) {
  const float* q = qkv;
  const float* k = qkv + width;
  const float* v = qkv + 2 * width;
  for (std::int64_t j = 0; j < width; ++j) out[j] = 0.0f;
  for (std::int64_t i = 0; i < width; ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      float& s = state[i * width + j];
      s = std::fma(k[i], v[j], std::fma(decay_less_one, s, s));
      out[j] = std::fma(q[i], s, out[j]);
    }
  }
}

}  // namespace

Status lightning_attention(const ExecContext&, const LightningAttentionArgs& args) {
  const std::int64_t heads = args.qkv.shape[1];
  const std::int64_t width = args.qkv.shape[3];
  for (std::size_t s = 0; s < args.sequences.size(); ++s) {
    const SequenceSpan& span = args.sequences[s];
    for (std::int64_t row = span.begin; row < span.begin + span.count; ++row) {
      for (std::int64_t head = 0; head < heads; ++head) {
        const std::int64_t index = row * heads + head;
        step(args.qkv.f32() + index * 3 * width, std::expm1(-args.slopes.f32()[head]), width,
             args.states[s] + head * width * width, args.out.f32() + index * width);
      }
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
