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

char some_byte(Random& random, std::size_t least, std::size_t past) {
  return static_cast<char>(least + random.below(past - least));
}

// What a program does: a session, a queue that is read or has a callback, a message with a text.
std::string some_conversation(Random& random, char slot) {
  const char sizes[] = {1, 5, 100, '\xC8'};
  const char roles[] = {0, 0, 0, 6, 23};  // the user's, the system's, the assistant's
  std::string calls;
  calls += {1, 0, slot, random.one_in(2) ? '\0' : some_byte(random, 0, 256)};
  calls += {3, slot, some_byte(random, 0, 2), some_byte(random, 0, 32)};
  calls += {6, 0, random.pick(roles), 1};
  calls += {7, 0, random.pick(sizes), 'a'};
  return calls;
}

// A request; one in four adds messages without an answer, one in four continues the last of them.
std::string some_request(Random& random) {
  const char slot = some_byte(random, 0, 3);
  const char slots = static_cast<char>(slot * 16 + slot);
  std::string calls = some_conversation(random, slot);
  const char number = random.one_in(4) ? some_byte(random, 64, 80) : some_byte(random, 128, 256);
  calls += {random.one_in(4) ? '\x10' : '\x08', slots, 1, number};
  return calls;
}

// A picture of each origin, or a file that may be damaged, in a message.
std::string some_picture(Random& random) {
  const char slot = some_byte(random, 0, 3);
  const char size = some_byte(random, 0, 90);
  const char number = some_byte(random, 0, 256);
  std::string calls;
  switch (random.below(4)) {
    case 0:
      calls += {5, slot, some_byte(random, 1, 9), static_cast<char>(4 * random.below(8) + 2)};
      break;
    case 1:
      calls += {19, slot, some_byte(random, 10, 81), number};
      break;
    case 2:
      calls += {20, slot, size, number};
      break;
    default:
      return {7, slot, size, static_cast<char>(number < 0 ? '\xC5' : 'q')};
  }
  return calls += {7, some_byte(random, 0, 3), slot, 0};
}

// An engine opened beside the first; in the background it is waited for, cancelled or taken early.
std::string some_opening(Random& random) {
  const char slot = some_byte(random, 0, 3);
  const char engine = some_byte(random, 1, 3);
  // Most are refused: a model takes its time.
  const char number = random.one_in(4) ? some_byte(random, 0, 4) : some_byte(random, 4, 16);
  if (random.one_in(3)) return {22, 0, engine, number};
  std::string calls;
  calls += {3, slot, 0, some_byte(random, 0, 32)};
  calls += {17, slot, slot, number};
  if (random.one_in(3)) calls += {10, slot, some_byte(random, 0, 4), some_byte(random, 0, 4)};
  for (std::size_t events = random.below(4); events > 0; --events) calls += {4, slot, 1, 2};
  return calls += {18, slot, engine, 0};
}

// A session that is branched, saved, loaded, taken back, or looked at.
std::string some_history(Random& random) {
  const char from = some_byte(random, 0, 3);
  std::string calls;
  if (random.one_in(2)) calls += {23, from, some_byte(random, 0, 3), 0};
  if (random.one_in(3)) calls += {27, static_cast<char>(from * 17), 2, 0};
  if (random.one_in(3)) calls += {28, static_cast<char>(from * 17), 2, 0};
  const char turns = random.one_in(8) ? '\xFF' : some_byte(random, 0, 4);
  if (random.one_in(2)) calls += {24, from, 0, turns};
  if (random.one_in(2)) calls += {26, from, 1, 0};
  return calls += {25, from, some_byte(random, 0, 3), 0};
}

std::string some_calls(Random& random) {
  switch (random.below(8)) {
    case 0:
      return some_opening(random);
    case 1:
    case 2:
      return some_picture(random);
    case 3:
      return some_history(random);
    default:
      return some_request(random);
  }
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  std::string calls(input.substr(0, input.size() / kCallBytes * kCallBytes));
  const std::size_t count = calls.size() / kCallBytes;
  const std::size_t at = random.below(count + 1) * kCallBytes;
  if (count == 0) return some_request(random);
  switch (random.below(7)) {
    case 0:
      return calls.insert(at, some_calls(random));
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
