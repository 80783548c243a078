// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/status.h"

namespace arges::kernels {

// The rows that one sequence brings to a ragged batch: a prefill chunk, or one row for decode.
struct SequenceSpan {
  std::int64_t begin = 0;
  std::int64_t count = 0;  // >= 1
};

// INVALID_ARGUMENT unless the spans follow one another and cover [0, rows) exactly.
Status check_sequence_spans(std::span<const SequenceSpan> sequences, std::int64_t rows);

}  // namespace arges::kernels
