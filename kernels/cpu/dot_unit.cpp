// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/processor.h"

namespace arges::kernels::cpu {
namespace {

UnitChoice<DotUnit>& units() {
  static UnitChoice<DotUnit> choice(
      {has_amx_bf16() ? amx_dot_unit() : nullptr, has_avx512_bf16() ? avx512_dot_unit() : nullptr});
  return choice;
}

}  // namespace

std::span<const DotUnit* const> dot_units() {
  return units().all();
}

const DotUnit& dot_unit() {
  return units().chosen();
}

void use_dot_unit(const DotUnit* unit) {
  units().choose(unit);
}

}  // namespace arges::kernels::cpu
