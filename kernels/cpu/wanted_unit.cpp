// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/wanted_unit.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "kernels/base/quote_name.h"
#include "kernels/cpu/dot_product.h"
#include "kernels/cpu/integer_product.h"

namespace arges::kernels::cpu {
namespace {

// Empty: none is asked for. Never destroyed: a model may still be opened while the process exits.
const std::string& wanted() {
  static const std::string& name = *new std::string([] {
    const char* value = std::getenv("ARGES_ISA");  // NOLINT(concurrency-mt-unsafe): read, never set
    return value == nullptr ? "" : value;
  }());
  return name;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_wanted_unit(std::string_view name) {
  return std::ranges::equal(wanted(), name, {}, lower, lower);
}

Status check_wanted_unit() {
  if (wanted().empty()) return {};
  std::string have;
  bool found = false;
  const auto look = [&](std::string_view name) {
    found = found || is_wanted_unit(name);
    have += (have.empty() ? "" : ", ") + std::string(name);
  };
  for (const IntegerUnit* unit : integer_units()) look(unit->name);
  for (const DotUnit* unit : dot_units()) look(unit->name);
  if (found) return {};
  return unsupported("ARGES_ISA asks for " + quote_name(wanted()) +
                     ", which this processor or build does not have; it has " + have);
}

}  // namespace arges::kernels::cpu
