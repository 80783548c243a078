// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "kernels/base/status.h"

namespace arges::kernels::cpu {

// The environment's ARGES_ISA may name the unit (product_unit.h) that multiplies 8 bits or bf16, so
// that each can be tested and measured on one machine. Asked once.
//
// Whether a unit of this name is asked for; case does not matter.
bool is_wanted_unit(std::string_view name);

// UNSUPPORTED, naming what there is, when a unit is asked for that this processor or build does not
// have.
Status check_wanted_unit();

}  // namespace arges::kernels::cpu
