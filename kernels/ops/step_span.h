// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/base/tensor_view.h"

namespace arges::kernels {

// Neighbouring rows of a step that are neighbouring tokens of one sequence. Spans of one sequence
// follow one another, in the order of its tokens. Six i32, so that a table of spans is a tensor
// [spans, 6] that any device reads.
struct StepSpan {
  std::int32_t row = 0;         // the first
  std::int32_t count = 0;       // >= 1
  std::int32_t position = 0;    // of the first token in its sequence
  std::int32_t read_slot = 0;   // the lightning state before it; < 0: zeros
  std::int32_t write_slot = 0;  // where the state goes, which may be the same
  std::int32_t first_page = 0;  // where the sequence's page numbers begin in the table of pages
};
inline constexpr std::int64_t kSpanFields = 6;
static_assert(sizeof(StepSpan) == kSpanFields * sizeof(std::int32_t));

// The spans of a table on the host.
inline std::span<const StepSpan> spans_of(const ConstTensorView& table) {
  return {static_cast<const StepSpan*>(table.data), static_cast<std::size_t>(table.shape[0])};
}

// The spans of one sequence in a step: those that write to one slot.
struct SequenceSpans {
  std::span<const StepSpan> spans;

  // All of them as one.
  StepSpan whole() const {
    StepSpan all = spans.front();
    all.count = spans.back().row + spans.back().count - all.row;
    return all;
  }
};

// The spans of a table on the host, sequence by sequence.
inline std::vector<SequenceSpans> sequences_of(const ConstTensorView& table) {
  const std::span<const StepSpan> spans = spans_of(table);
  std::vector<SequenceSpans> sequences;
  for (std::size_t begin = 0; begin < spans.size();) {
    std::size_t end = begin + 1;
    while (end < spans.size() && spans[end].write_slot == spans[begin].write_slot) ++end;
    sequences.push_back({spans.subspan(begin, end - begin)});
    begin = end;
  }
  return sequences;
}

}  // namespace arges::kernels
