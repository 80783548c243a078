// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/op_table.h"

// The functions of the vectorised backend, one file each; the contracts are in kernels/ops.
namespace arges::kernels::cpu {

#define ARGES_OP(op, Args) Status op(const ExecContext& context, const Args& args);
ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP

}  // namespace arges::kernels::cpu
