// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/sequence_span.h"

#include <string>

namespace arges::kernels {

Status check_sequence_spans(std::span<const SequenceSpan> sequences, std::int64_t rows) {
  std::int64_t next = 0;
  for (const SequenceSpan& span : sequences) {
    if (span.begin != next || span.count < 1 || span.count > rows - next) {
      return invalid_argument("sequence spans must follow one another, each with at least one row");
    }
    next += span.count;
  }
  if (next == rows) return {};
  return invalid_argument("sequence spans must cover all " + std::to_string(rows) + " rows, not " +
                          std::to_string(next));
}

}  // namespace arges::kernels
