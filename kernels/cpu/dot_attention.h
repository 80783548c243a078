// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/ops/bidirectional_attention.h"

namespace arges::kernels::cpu {

// bidirectional_attention of rows of bf16, on the dot unit.
Status dot_attention(const ExecContext& context, const BidirectionalAttentionArgs& args);

}  // namespace arges::kernels::cpu
