// SPDX-License-Identifier: Apache-2.0
#include "sdk/fusion/instruction_set.h"

#include <cstdint>

#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/integer_product.h"
#include "kernels/cpu/targets.h"
// Highway's headers follow the list of targets.
#include <hwy/targets.h>

namespace arges::sdk {

// The same choice as Highway's dispatch: the best of the targets compiled, the lowest bit.
std::string kernel_instruction_set() {
  const auto usable = static_cast<std::uint64_t>(HWY_TARGETS & hwy::SupportedTargets());
  return hwy::TargetName(static_cast<std::int64_t>(usable & (~usable + 1)));
}

std::string unit_instruction_set(DType rows) {
  if (rows == DType::kBF16) return kernels::cpu::dot_unit().name;
  return kernels::cpu::integer_unit().name;
}

}  // namespace arges::sdk
