// SPDX-License-Identifier: Apache-2.0
#include "kernels/backend.h"

namespace arges::kernels {

#define ARGES_OP(op, Args)                                  \
  Status op(const ExecContext& context, const Args& args) { \
    ARGES_RETURN_IF_ERROR(check(context, args));            \
    return context.backend->ops.op(context, args);          \
  }
ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP

}  // namespace arges::kernels
