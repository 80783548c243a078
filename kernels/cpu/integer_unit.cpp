// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/integer_product.h"
#include "kernels/cpu/processor.h"

namespace arges::kernels::cpu {
namespace {

UnitChoice<IntegerUnit>& units() {
  static UnitChoice<IntegerUnit> choice({has_amx_int8() ? amx_integer_unit() : nullptr,
                                         has_avx512_vnni() ? avx512_integer_unit() : nullptr,
                                         has_avx2() ? avx2_integer_unit() : nullptr,
                                         generic_integer_unit()});
  return choice;
}

}  // namespace

std::span<const IntegerUnit* const> integer_units() {
  return units().all();
}

const IntegerUnit& integer_unit() {
  return units().chosen();
}

void use_integer_unit(const IntegerUnit* unit) {
  units().choose(unit);
}

}  // namespace arges::kernels::cpu
