// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/op_list.h"
#include "kernels/ops/bidirectional_attention.h"
#include "kernels/ops/causal.h"
#include "kernels/ops/copy_rows.h"
#include "kernels/ops/embed.h"
#include "kernels/ops/expert_ffn.h"
#include "kernels/ops/head.h"
#include "kernels/ops/lay_out.h"
#include "kernels/ops/layer_norm.h"
#include "kernels/ops/lightning.h"
#include "kernels/ops/linear.h"
#include "kernels/ops/linear_residual.h"
#include "kernels/ops/norm_linear.h"
#include "kernels/ops/patch_embedding.h"
#include "kernels/ops/route.h"
#include "kernels/ops/scaled_add.h"

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
