// SPDX-License-Identifier: Apache-2.0
// Changes one of the numbers of four bytes that an input consists of: sizes that models have,
// borders of what is accepted, or any.
#include <algorithm>
#include <cstring>
#include <limits>

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::size_t kBytes = sizeof(std::int32_t);

std::int32_t some_number(Random& random) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t kNumbers[] = {
      -1, 0, 1, 2, 14, 16, 63, 336, 1008, 1 << 15, 1 << 16, (1 << 16) + 1, 1 << 30, kMost};
  return random.one_in(4) ? static_cast<std::int32_t>(random.next()) : random.pick(kNumbers);
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  std::string out(input);
  if (random.one_in(4)) return mutate_bytes(std::move(out), random, kBytes);
  // At the end stands one more: inputs grow.
  const std::size_t at = random.below(out.size() / kBytes + 1) * kBytes;
  out.resize(std::max(out.size(), at + kBytes));
  const std::int32_t number = some_number(random);
  std::memcpy(out.data() + at, &number, kBytes);
  return out;
}

}  // namespace arges::fuzz
