// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/base/status.h"

struct CUstream_st;

// Lightning attention on an NVIDIA GPU (architecture.md §2.3), for heads of 128 channels. Both
// forms take the raw rows of one product W·n: bf16, per head [q | k | v] and, if gated, the gate's
// columns somewhere behind. For each token of a sequence, with σ = SiLU and r = exp(−slope) of the
// head:
//   S ← r·S + σ(k) σ(v)ᵀ ;  o = Sᵀ σ(q) ;  z = sigmoid(gate) ⊙ norm ⊙ o  (without a gate: z = o)
// and Σo² of o in fp32, so that the division by the rms can follow the next product (design: z is
// not yet divided). All pointers are device memory that outlives the calls; nothing is allocated
// and nothing read on the host. Work is queued on `stream`.
namespace arges::kernels::cuda {

using Stream = CUstream_st*;

inline constexpr int kHeadWidth = 128;  // D: channels of q, k and v of a head
// Σo² comes in this many fp32 parts a head, each over 64 channels of o: the sum of a row's parts in
// ascending order is the same whatever else is in the batch.
inline constexpr int kSquareParts = 2;

// How σ and the gate's sigmoid are computed, in fp32 and then narrowed to bf16. kDone: they are
// not, for the product that made the rows has done it (linear.h: kLightning); half of the prefill's
// instructions are these otherwise. kTanh takes one special-function operation instead of 1.5; its
// largest error, 1.0e-5, is what narrowing does to a value of 5e-3 (kExact: 1.1e-6). The step takes
// either as kExact.
enum class SiluForm { kExact, kTanh, kDone };

// What prefill and step share.
struct LightningLayer {
  const void* rows = nullptr;     // bf16 [row_count, row_stride]; a head's q, k, v at 384·head
  std::int64_t row_count = 0;     // rows that may be read
  std::int64_t row_stride = 0;    // in elements, a multiple of 8
  std::int64_t gate_column = -1;  // first gate column (multiple of 8; head h at +128·h); −1: none
  const float* norm = nullptr;    // [heads · 128], with a gate
  const float* slopes = nullptr;  // [heads], finite and > 0
  int heads = 0;                  // of this rank
  float* states = nullptr;        // this layer's state of slot 0: [heads][D of k][D of v] fp32
  std::int64_t slot_stride = 0;   // floats from one slot to the next
  void* z = nullptr;              // bf16 [row_count, z_stride], 128 columns a head
  std::int64_t z_stride = 0;      // in elements, a multiple of 8
  float* square_sums = nullptr;   // [heads · kSquareParts, row_count], or null
  SiluForm silu = SiluForm::kTanh;
};

// Rows of one sequence in a ragged batch, as the step's tables hold them on the device. A slot
// appears at most once in a table; an entry with count 0 is padding.
struct LightningSpan {
  std::int32_t begin = 0;
  std::int32_t count = 0;
  std::int32_t slot = 0;
  std::int32_t fresh = 0;  // not 0: the state starts at zero, whatever the slot holds
};

enum class PrefillPath {
  kBest,      // what suits the card: wgmma and TMA on compute capability 9.0
  kPortable,  // mma.sync and cp.async, compute capability 8.0 and up
};

struct LightningPrefillArgs {
  LightningLayer layer;
  const LightningSpan* spans = nullptr;  // device
  int span_count = 0;                    // entries, padding included
  // Spans longer than this are cut into segments that run side by side, to fill the card when heads
  // are few; a multiple of 64, or 0: never. The bits depend on it, so it should follow from the
  // model alone. With segments, k and v are read twice.
  int segment_tokens = 0;
  int max_segments = 1;             // no span has more: ⌈longest span / segment_tokens⌉
  float* segment_states = nullptr;  // [span_count · max_segments, heads, D, D] scratch, if > 1
  // Two words, zero before the first run (a run leaves them so), for one run at a time; or null.
  // With them blocks keep together: none runs more than lockstep_chunks · 64 tokens ahead of the
  // others' mean, so that what heads share of the memory's pages and the L2 cache is still there.
  // Never more than a hint; the bits do not depend on it. 0: blocks run freely.
  std::uint32_t* progress = nullptr;
  int lockstep_chunks = 2;
  PrefillPath path = PrefillPath::kBest;
};

// A good segment_tokens for a model of so many heads whose prompts come in pieces of `tokens`
// tokens; 0: its heads fill a card alone.
int prefill_segment_tokens(int heads, int tokens);

// A prefill whose launches are laid out: may be run any number of times, also inside a capture.
class LightningPrefill {
 public:
  // INVALID_ARGUMENT for sizes that do not fit, UNSUPPORTED without a driver or on an old card.
  static Result<LightningPrefill> create(const LightningPrefillArgs& args);
  // INTERNAL when a launch is refused. Errors of kernels surface at the stream's next wait.
  Status run(Stream stream) const;

 private:
  struct Launches;
  explicit LightningPrefill(std::shared_ptr<const Launches> launches)
      : launches_(std::move(launches)) {}
  std::shared_ptr<const Launches> launches_;
};

struct LightningStepArgs {
  LightningLayer layer;
  const std::int32_t* slots =
      nullptr;  // [row_count] device: row → slot; < 0: padding, nothing is done
};

// One token a sequence: row i is sequence slots[i]. States are read and replaced in place.
Status lightning_step(const LightningStepArgs& args, Stream stream);

// totals[row] = sum over `parts` of square_sums[part, row], in ascending order.
Status sum_square_parts(const float* square_sums, int parts, std::int64_t rows, float* totals,
                        Stream stream);

}  // namespace arges::kernels::cuda
