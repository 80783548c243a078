// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kernels/base/quote_name.h"
#include "kernels/cpu/integer_product.h"
#include "kernels/cpu/processor.h"

namespace arges::kernels::cpu {
namespace {

// What is asked for by name; empty: nothing is.
std::string_view wanted() {
  const char* name = std::getenv("ARGES_ISA");  // NOLINT(concurrency-mt-unsafe): read, never set
  return name == nullptr ? std::string_view() : std::string_view(name);
}

bool is_called(const IntegerUnit& unit, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(std::string_view(unit.name), name, {}, lower, lower);
}

struct Units {
  UnitChoice<IntegerUnit> choice{has_amx_int8() ? amx_integer_unit() : nullptr,
                                 has_avx512_vnni() ? avx512_integer_unit() : nullptr,
                                 has_avx2() ? avx2_integer_unit() : nullptr,
                                 generic_integer_unit()};
  std::string asked_for{wanted()};
  const IntegerUnit* forced = find(asked_for);

  Units() { choice.choose(forced); }

  const IntegerUnit* find(std::string_view name) const {
    for (const IntegerUnit* unit : choice.all()) {
      if (is_called(*unit, name)) return unit;
    }
    return nullptr;
  }
};

// Never destroyed: a model may still be opened while the process exits.
Units& units() {
  static Units& found = *new Units;
  return found;
}

}  // namespace

std::span<const IntegerUnit* const> integer_units() {
  return units().choice.all();
}

const IntegerUnit& integer_unit() {
  return units().choice.chosen();
}

void use_integer_unit(const IntegerUnit* unit) {
  units().choice.choose(unit != nullptr ? unit : units().forced);
}

Status check_integer_unit() {
  if (units().asked_for.empty() || units().forced != nullptr) return {};
  std::string have;
  for (const IntegerUnit* unit : integer_units())
    have += std::string(have.empty() ? "" : ", ") + unit->name;
  return unsupported("ARGES_ISA asks for " + quote_name(units().asked_for) +
                     ", which this processor or build does not have; it has " + have);
}

}  // namespace arges::kernels::cpu
