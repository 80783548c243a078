// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/backend.h"
#include "samples/cli/bench/report.h"

namespace arges::cli {

// A backend that does what `measured` does and adds up, op by op, the time that its calls take and
// the products in them. One at a time; `measured` must outlive it.
const kernels::Backend& timing_backend(const kernels::Backend& measured);

// Forgets what was added up.
void clear_op_times();

// A row for each op that was called since, `runs` times what one run does, and one for those that
// multiply: milliseconds of a run and, of products, the share of the ceiling. `of` is the row of
// the run itself.
void report_op_times(const Report& report, const Measurement& of, double runs,
                     const Ceiling& ceiling);

}  // namespace arges::cli
