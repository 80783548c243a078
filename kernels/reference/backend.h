// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/op_table.h"

// The functions of the scalar backends, one file each; the contracts are in kernels/ops. Tensors
// are fp32; what an op makes of them in between is Real: float, which is what the ops mean, or
// double, by which rounding is judged.
namespace arges::kernels::reference {

#define ARGES_OP(op, Args) \
  template <typename Real> \
  Status op(const ExecContext& context, const Args& args);
ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP

// At the end of an op's file.
#define ARGES_REFERENCE_OP(op, Args)                          \
  template Status op<float>(const ExecContext&, const Args&); \
  template Status op<double>(const ExecContext&, const Args&);

}  // namespace arges::kernels::reference
