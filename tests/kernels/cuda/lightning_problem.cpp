// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda/lightning_problem.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/random.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr int kGap = 3;  // rows of nobody between spans
constexpr Bf16 kNotANumber = 0x7fc0;
constexpr int kPoisonByte = 0xff;  // a NaN as bf16 and as fp32
constexpr Bf16 kPoison = 0xffff;

std::vector<std::int64_t> places(const std::vector<int>& counts) {
  std::vector<std::int64_t> begins;
  std::int64_t row = kGap;
  for (const int count : counts) {
    begins.push_back(row);
    row += count + kGap;
  }
  begins.push_back(row);
  return begins;
}

std::vector<float> random_floats(std::size_t count, double mean, double deviation,
                                 std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(mean + deviation * random.next());
  return values;
}

}  // namespace

LightningProblem::LightningProblem(const LightningShape& shape)
    : shape_(shape),
      begins_(places(shape.counts)),
      rows_(begins_.back()),
      width_(shape.heads * kHeadWidth),
      stride_((shape.gated ? 4 : 3) * width_),
      input_(static_cast<std::size_t>(rows_ * stride_), kNotANumber),
      slopes_(lightning_slopes(shape.heads, shape.layer)),
      norm_(random_floats(static_cast<std::size_t>(width_), 1.0, 0.2, 7)),
      states_(random_floats((shape.counts.size() + 1) * state_floats(), 0.0, 1.0, 8)),
      device_input_(input_.size()),
      device_slopes_(slopes_),
      device_norm_(norm_) {
  Random random(9);
  for (std::int64_t row = 0; row < rows_; ++row) {
    if (!is_in_a_span(row)) continue;
    for (std::int64_t c = 0; c < stride_; ++c) {
      input_[static_cast<std::size_t>(row * stride_ + c)] = to_bf16(random.next());
    }
  }
  device_input_.upload(input_);
}

std::size_t LightningProblem::state_floats() const {
  return static_cast<std::size_t>(shape_.heads) * kHeadWidth * kHeadWidth;
}

bool LightningProblem::is_in_a_span(std::int64_t row) const {
  for (std::size_t s = 0; s < shape_.counts.size(); ++s) {
    if (row >= begins_[s] && row < begins_[s] + shape_.counts[s]) return true;
  }
  return false;
}

std::vector<LightningSpan> LightningProblem::table(const LightningHow& how) const {
  std::vector<LightningSpan> spans;
  for (int s = 0; s < this->spans(); ++s) {
    const auto i = static_cast<std::size_t>(s);
    if (!how.only.empty() && std::ranges::find(how.only, s) == how.only.end()) continue;
    spans.push_back({static_cast<std::int32_t>(begins_[i]), shape_.counts[i], slot_of(s),
                     shape_.fresh ? 1 : 0});
  }
  return spans;
}

LightningLayer LightningProblem::layer(const LightningHow& how, DeviceArray<Bf16>& z,
                                       DeviceArray<float>& squares,
                                       DeviceArray<float>& states) const {
  LightningLayer layer;
  layer.rows = device_input_.get();
  layer.row_count = rows_;
  layer.row_stride = stride_;
  layer.gate_column = shape_.gated ? 3 * width_ : -1;
  layer.norm = shape_.gated ? device_norm_.get() : nullptr;
  layer.slopes = device_slopes_.get();
  layer.heads = shape_.heads;
  layer.states = states.get();
  layer.slot_stride = static_cast<std::int64_t>(state_floats());
  layer.z = z.get();
  layer.z_stride = width_;
  layer.square_sums = squares.get();
  layer.silu = shape_.activated ? SiluForm::kDone : how.silu;
  return layer;
}

void LightningProblem::run_prefill(const LightningHow& how, const LightningLayer& layer,
                                   const std::vector<LightningSpan>& spans) const {
  std::vector<LightningSpan> padded = spans;
  padded.push_back({});  // an empty entry, as in a bucket that is not full
  const DeviceArray<LightningSpan> table(padded);
  int longest = 1;
  for (const LightningSpan& span : spans) longest = std::max(longest, span.count);
  LightningPrefillArgs args;
  args.layer = layer;
  args.spans = table.get();
  args.span_count = static_cast<int>(padded.size());
  args.segment_tokens = how.segment_tokens;
  args.max_segments =
      how.segment_tokens > 0 ? (longest + how.segment_tokens - 1) / how.segment_tokens : 1;
  args.path = how.path;
  DeviceArray<float> scratch(padded.size() * static_cast<std::size_t>(args.max_segments) *
                             state_floats());
  scratch.fill_bytes(kPoisonByte);
  args.segment_states = scratch.get();
  DeviceArray<std::uint32_t> progress(2);
  progress.fill_bytes(0);
  if (how.lockstep > 0) args.progress = progress.get();
  args.lockstep_chunks = how.lockstep;
  auto prefill = LightningPrefill::create(args);
  must(prefill.status());
  must(prefill->run(nullptr));
  must(cudaDeviceSynchronize(), "lightning prefill");
  if (progress.download() != std::vector<std::uint32_t>{0, 0}) {
    must(internal_error("lightning prefill left its progress words behind"));
  }
}

void LightningProblem::run_step(const LightningLayer& layer,
                                const std::vector<LightningSpan>& spans) const {
  std::vector<std::int32_t> slots(static_cast<std::size_t>(rows_), -1);
  for (const LightningSpan& span : spans) slots[static_cast<std::size_t>(span.begin)] = span.slot;
  const DeviceArray<std::int32_t> table(slots);
  must(lightning_step({layer, table.get()}, nullptr));
  must(cudaDeviceSynchronize(), "lightning step");
}

LightningOutcome LightningProblem::run(const LightningHow& how) const {
  DeviceArray<Bf16> z(static_cast<std::size_t>(rows_ * width_));
  DeviceArray<float> squares(static_cast<std::size_t>(rows_ * shape_.heads * kSquareParts));
  DeviceArray<float> states(states_);
  z.fill_bytes(kPoisonByte);
  squares.fill_bytes(kPoisonByte);
  const LightningLayer layer = this->layer(how, z, squares, states);
  std::vector<LightningSpan> spans = table(how);
  if (how.step) {
    run_step(layer, spans);
  } else if (how.cut > 0) {
    std::vector<LightningSpan> rest = spans;
    for (std::size_t s = 0; s < spans.size(); ++s) {
      spans[s].count = std::min(how.cut, spans[s].count);
      rest[s].begin += spans[s].count;
      rest[s].count -= spans[s].count;
      rest[s].fresh = 0;
    }
    run_prefill(how, layer, spans);
    run_prefill(how, layer, rest);
  } else {
    run_prefill(how, layer, spans);
  }
  const DeviceArray<float> totals(static_cast<std::size_t>(rows_));
  must(sum_square_parts(squares.get(), shape_.heads * kSquareParts, rows_, totals.get(), nullptr));
  must(cudaDeviceSynchronize(), "sum of squares");
  return {z.download(), squares.download(), totals.download(), states.download()};
}

void LightningProblem::compute_reference() {
  if (!z_.empty()) return;
  z_.resize(static_cast<std::size_t>(rows_ * width_));
  squares_.resize(static_cast<std::size_t>(rows_ * shape_.heads));
  states_after_.assign(states_.begin(), states_.end());
  const LightningReference reference{shape_.heads,    stride_,  shape_.gated ? 3 * width_ : -1,
                                     &input_,         &slopes_, &norm_,
                                     shape_.activated};
  for (int s = 0; s < spans(); ++s) {
    const auto at =
        states_after_.begin() + static_cast<std::ptrdiff_t>(slot_of(s) * state_floats());
    std::vector<double> state(at, at + static_cast<std::ptrdiff_t>(state_floats()));
    if (shape_.fresh) std::ranges::fill(state, 0.0);
    const auto i = static_cast<std::size_t>(s);
    reference.run(begins_[i], shape_.counts[i], state, z_, squares_);
    std::ranges::copy(state, at);
  }
}

bool LightningProblem::totals_in_order(const LightningOutcome& outcome) const {
  for (std::int64_t row = 0; row < rows_; ++row) {
    float total = 0.0f;
    for (int part = 0; part < shape_.heads * kSquareParts; ++part) {
      total += outcome.square_sums[static_cast<std::size_t>(part * rows_ + row)];
    }
    if (is_in_a_span(row) && total != outcome.totals[static_cast<std::size_t>(row)]) return false;
  }
  return true;
}

LightningErrors LightningProblem::compare(const LightningOutcome& outcome) {
  compute_reference();
  LightningErrors errors;
  Distance squares;
  const std::size_t head_floats = kHeadWidth * kHeadWidth;
  for (int head = 0; head < shape_.heads; ++head) {
    Distance z;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const bool mine = is_in_a_span(row);
      for (std::int64_t c = head * kHeadWidth; c < (head + 1) * kHeadWidth; ++c) {
        const auto i = static_cast<std::size_t>(row * width_ + c);
        if (mine) z.add(to_double(outcome.z[i]), z_[i]);
        if (!mine && outcome.z[i] != kPoison) errors.touched_only_its_rows = false;
      }
      if (!mine) continue;
      double sum = 0.0;
      for (int part = 0; part < kSquareParts; ++part) {
        sum += static_cast<double>(
            outcome
                .square_sums[static_cast<std::size_t>((head * kSquareParts + part) * rows_ + row)]);
      }
      squares.add(sum, squares_[static_cast<std::size_t>(row * shape_.heads + head)]);
    }
    errors.z = std::max(errors.z, z.relative());
    for (int slot = 0; slot <= spans(); ++slot) {
      Distance state;
      const std::size_t first = static_cast<std::size_t>(slot * shape_.heads + head) * head_floats;
      for (std::size_t i = first; i < first + head_floats; ++i) {
        state.add(static_cast<double>(outcome.states[i]), states_after_[i]);
      }
      errors.states = std::max(errors.states, state.relative());
    }
  }
  errors.squares = squares.relative();
  errors.totals_in_order = totals_in_order(outcome);
  return errors;
}

bool LightningProblem::same_bits(const LightningOutcome& a, const LightningOutcome& b,
                                 int span) const {
  const auto same = [](const auto& x, const auto& y, std::size_t first, std::size_t count) {
    return std::memcmp(&x[first], &y[first], count * sizeof(x[0])) == 0;
  };
  const auto begin = static_cast<std::size_t>(begins_[static_cast<std::size_t>(span)]);
  const auto count = static_cast<std::size_t>(shape_.counts[static_cast<std::size_t>(span)]);
  const auto width = static_cast<std::size_t>(width_);
  if (!same(a.z, b.z, begin * width, count * width)) return false;
  for (int part = 0; part < shape_.heads * kSquareParts; ++part) {
    const std::size_t first = static_cast<std::size_t>(part * rows_) + begin;
    if (!same(a.square_sums, b.square_sums, first, count)) return false;
  }
  return same(a.states, b.states, static_cast<std::size_t>(slot_of(span)) * state_floats(),
              state_floats());
}

}  // namespace arges::testing
