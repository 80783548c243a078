// SPDX-License-Identifier: Apache-2.0
// Changes a sequence of calls, four bytes each, call by call.
#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::size_t kCallBytes = 4;

std::string some_call(Random& random) {
  std::string call(kCallBytes, '\0');
  for (char& c : call) c = static_cast<char>(random.next());
  // Most handles lie in the first places; the high bytes stand for none and for made-up ones.
  if (!random.one_in(6)) call[1] = static_cast<char>(random.below(3));
  if (!random.one_in(6)) call[2] = static_cast<char>(random.below(3));
  return call;
}

// What a program does: a session, a queue, a message with a text, a request.
std::string some_request(Random& random) {
  const char slot = static_cast<char>(random.below(3));
  const char sizes[] = {1, 5, 100, '\xC8'};
  std::string calls;
  calls += {1, 0, slot, 0};
  calls += {3, slot, static_cast<char>(random.below(2)), static_cast<char>(random.below(8))};
  calls += {6, 0, 0, 1};
  calls += {7, 0, random.pick(sizes), 'a'};
  calls += {8, static_cast<char>(slot * 16 + slot), 1, static_cast<char>(128 + random.below(128))};
  return calls;
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  std::string calls(input.substr(0, input.size() / kCallBytes * kCallBytes));
  const std::size_t count = calls.size() / kCallBytes;
  const std::size_t at = random.below(count + 1) * kCallBytes;
  if (count == 0) return some_request(random);
  switch (random.below(7)) {
    case 0:
      return calls.insert(at, some_request(random));
    case 1:
      return calls.erase(random.below(count) * kCallBytes, kCallBytes);
    case 2:
      return calls.insert(at, calls.substr(random.below(count) * kCallBytes, kCallBytes));
    case 3:
      return mutate_bytes(std::move(calls), random, kCallBytes);
    default:
      return calls.insert(at, some_call(random));
  }
}

}  // namespace arges::fuzz
