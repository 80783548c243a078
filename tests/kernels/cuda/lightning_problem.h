// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/cuda/lightning.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/lightning_recurrence.h"

namespace arges::testing {

struct LightningShape {
  int heads = 64;
  int layer = 0;
  bool gated = false;
  std::vector<int> counts;  // tokens of each span
  bool fresh = false;       // states start at zero instead of at random values
  bool activated = false;   // rows are what σ and the gate's sigmoid gave
};

// Which kernels compute it.
struct LightningHow {
  kernels::cuda::PrefillPath path = kernels::cuda::PrefillPath::kBest;
  kernels::cuda::SiluForm silu = kernels::cuda::SiluForm::kTanh;  // without shape.activated
  int segment_tokens = 0;
  bool step = false;           // one decode step for each span's row (counts are 1)
  std::vector<int> only = {};  // these spans alone; empty: all
  int lockstep = 0;            // not 0: blocks keep so many chunks together
  int cut = 0;                 // not 0: spans in two runs, the first of this many tokens
};

// What a run left behind, on the host.
struct LightningOutcome {
  std::vector<Bf16> z;             // [rows, heads · 128]
  std::vector<float> square_sums;  // [heads · parts, rows]
  std::vector<float> totals;       // [rows]
  std::vector<float> states;       // [slots, heads, 128, 128]
};

struct LightningErrors {
  double z = 0.0;  // largest ‖out − ref‖ / ‖ref‖ of a head
  double squares = 0.0;
  double states = 0.0;  // largest of a head
  bool touched_only_its_rows = true;
  bool totals_in_order = true;  // the rows' totals are the sums of their parts, bit for bit
};

// Random rows, states and weights; rows between and behind the spans are not numbers, and outputs
// are poisoned before every run.
class LightningProblem {
 public:
  explicit LightningProblem(const LightningShape& shape);

  LightningOutcome run(const LightningHow& how) const;
  LightningErrors compare(const LightningOutcome& outcome);
  // The rows and the state of one span have the same bits in both.
  bool same_bits(const LightningOutcome& a, const LightningOutcome& b, int span) const;
  int spans() const { return static_cast<int>(shape_.counts.size()); }

 private:
  kernels::cuda::LightningLayer layer(const LightningHow& how, DeviceArray<Bf16>& z,
                                      DeviceArray<float>& squares,
                                      DeviceArray<float>& states) const;
  void run_prefill(const LightningHow& how, const kernels::cuda::LightningLayer& layer,
                   const std::vector<kernels::cuda::LightningSpan>& spans) const;
  void run_step(const kernels::cuda::LightningLayer& layer,
                const std::vector<kernels::cuda::LightningSpan>& spans) const;
  std::vector<kernels::cuda::LightningSpan> table(const LightningHow& how) const;
  void compute_reference();
  bool is_in_a_span(std::int64_t row) const;
  bool totals_in_order(const LightningOutcome& outcome) const;
  std::size_t state_floats() const;
  int slot_of(int span) const { return spans() - 1 - span; }

  LightningShape shape_;
  std::vector<std::int64_t> begins_;
  std::int64_t rows_ = 0;
  std::int64_t width_ = 0;   // heads · 128
  std::int64_t stride_ = 0;  // of a row
  std::vector<Bf16> input_;
  std::vector<float> slopes_;
  std::vector<float> norm_;
  std::vector<float> states_;  // before the run; one slot more than there are spans
  std::vector<double> z_;      // reference
  std::vector<double> squares_;
  std::vector<double> states_after_;
  DeviceArray<Bf16> device_input_;
  DeviceArray<float> device_slopes_;
  DeviceArray<float> device_norm_;
};

}  // namespace arges::testing
