// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/op_list.h"

namespace arges::kernels {

// A backend's functions, one an op. Model code never calls these; it calls the checked functions
// below, so a backend may trust its arguments.
struct OpTable {
#define ARGES_OP(op, Args) Status (*op)(const ExecContext&, const Args&);
  ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP
};

// The ops, each as its header in kernels/ops says: checks the arguments (INVALID_ARGUMENT, with a
// sentence that names the op and the argument), then runs the context's backend. Fail with
// OUT_OF_MEMORY_* when the workspace cannot grow.
#define ARGES_OP(op, Args) Status op(const ExecContext& context, const Args& args);
ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP

// What they check, defined beside the contracts.
#define ARGES_OP(op, Args) Status check(const ExecContext& context, const Args& args);
ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP

}  // namespace arges::kernels
