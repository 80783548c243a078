// SPDX-License-Identifier: Apache-2.0
// Engines: opened, described, closed; tokens.
#include <algorithm>
#include <string>
#include <utility>

#include "sdk/fakes/byte_tokenizer.h"
#include "tests/fuzz/targets/abi/world.h"

namespace arges::fuzz {
namespace {

bool is_picture_size(std::uint32_t width, std::uint32_t height) {
  const std::uint32_t longer = std::max(width, height);
  const std::uint32_t shorter = std::min(width, height);
  return shorter > 0 && longer <= 16'384 && longer <= 200 * shorter;
}

template <typename T, std::size_t size>
bool is_all(const std::array<T, size>& items, T value) {
  return std::all_of(items.begin(), items.end(), [&](T item) { return item == value; });
}

}  // namespace

void World::engine_call(const Call& call) {
  if (call.number % 4 == 0) {
    arges_model_info info;
    const auto get = [&](auto* out) { return arges_engine_model_info(engines_.get(call.a), out); };
    return expect_done(fill(info, get), engines_.alive(call.a));
  }
  if (call.number % 4 == 1) return image_plan(call);
  if (call.number % 4 == 3) return engine_facts(call);
  if (call.number % 16 != 2) return token_call(call);
  engine_close(call.a);
}

void World::image_plan(const Call& call) {
  const std::uint32_t width = call.b;
  const std::uint32_t height = call.number * 100u;
  arges_image_plan plan;
  const auto get = [&](auto* out) {
    return arges_image_plan_for_size(engines_.get(call.a), width, height, out);
  };
  const Status expected = is_picture_size(width, height) ? ARGES_OK : ARGES_INVALID_ARGUMENT;
  expect(fill(plan, get), engines_.alive(call.a), {expected});
}

void World::engine_facts(const Call& call) {
  const bool alive = engines_.alive(call.a);
  const arges_engine* engine = engines_.get(call.a);
  if (call.b % 2 == 0) {
    arges_engine_info info;
    const auto get = [&](auto* out) { return arges_engine_get_info(engine, out); };
    return expect_done(fill(info, get), alive);
  }
  arges_stats stats;
  const Status status = fill(stats, [&](auto* out) { return arges_engine_stats(engine, out); });
  expect_done(status, alive);
  if (status != ARGES_OK) return;
  const std::uint64_t ended = stats.done + stats.cancelled + stats.failed;
  require(ended <= ledger_.count(), "no more requests end than were asked");
}

void World::engine_close(std::uint8_t choice) {
  const bool alive = engines_.alive(choice);
  arges_engine_close(engines_.get(choice));
  if (!alive) return;
  engines_.set_alive(choice, false);
  for (std::uint8_t i = 0; i < sessions_.kCount; ++i) {
    SessionFacts& session = sessions_.facts(i);
    if (session.engine == engines_.facts(choice).number) session.open = false;
  }
}

void World::token_call(const Call& call) {
  if (call.number % 16 == 6) return count_tokens(call);
  if (call.number % 16 == 10) return tokenize(call);
  detokenize(call);
}

void World::count_tokens(const Call& call) {
  constexpr std::uint64_t kUntouched = 77'777;
  std::uint64_t count = kUntouched;
  arges_message* message = messages_.get(call.b);
  const Status status = arges_count_tokens(engines_.get(call.a), &message, 1, &count);
  const MessageFacts& facts = messages_.facts(call.b);
  const bool valid = facts.role != ARGES_ROLE_ASSISTANT && facts.images <= 16;
  StatusList listed = {valid ? ARGES_OK : ARGES_INVALID_ARGUMENT};
  if (valid && facts.has_file) listed.push_back(ARGES_IMAGE_DECODE);  // headers are read
  expect(status, engines_.alive(call.a) && messages_.alive(call.b), listed);
  require((status == ARGES_OK) == (count != kUntouched), "a count, or nothing");
}

void World::tokenize(const Call& call) {
  constexpr std::int32_t kUntouched = -7;
  const std::string text(call.b, static_cast<char>(call.number));
  std::array<std::int32_t, 100> tokens{};
  tokens.fill(kUntouched);
  std::uint64_t count = 77'777;
  const Status status = arges_tokenize(engines_.get(call.a), text.data(), text.size(),
                                       tokens.data(), tokens.size(), &count);
  const bool is_utf8 = text.empty() || call.number < 0x80;
  expect(status, engines_.alive(call.a), {is_utf8 ? ARGES_OK : ARGES_INVALID_ARGUMENT});
  const bool fits = status == ARGES_OK && count > 0 && count <= tokens.size();
  require(fits || is_all(tokens, kUntouched), "tokens are written if there is room");
  if (status != ARGES_OK) return require(count == 77'777, "the count is untouched");
  require(!engines_.facts(call.a).scripted || count == text.size(), "a byte is a token");
}

void World::detokenize(const Call& call) {
  constexpr char kUntouched = '\x7F';
  const std::int32_t token = call.b * (call.number - 100);
  std::array<char, 2> text{kUntouched, kUntouched};
  std::uint64_t length = 77'777;
  const Status status =
      arges_detokenize(engines_.get(call.a), &token, 1, text.data(), text.size(), &length);
  StatusList listed = {ARGES_OK, ARGES_INVALID_ARGUMENT};
  if (engines_.facts(call.a).scripted) {
    const bool is_token = token >= 0 && token < arges::sdk::ByteTokenizer::kVocabSize;
    listed = {is_token ? ARGES_OK : ARGES_INVALID_ARGUMENT};
  }
  expect(status, engines_.alive(call.a), listed);
  if (status != ARGES_OK) require(length == 77'777, "the length is untouched");
  const bool fits = status == ARGES_OK && length <= text.size();
  require(fits || is_all(text, kUntouched), "a text is written if there is room");
}

void World::keep_engine(std::uint8_t choice, bool scripted) {
  engines_.facts(choice) = {scripted, next_number_++};
}

void World::engine_open(const Call& call) {
  if (!engines_.is_free(call.b)) return;
  OpeningOptions options(call.number, !has_opened_);
  has_opened_ = has_opened_ || options.reads_model;
  const Status status = make(engines_, call.b, [&](arges_engine** out) {
    return arges_engine_open(&options.options, out);
  });
  expect(status, options.valid, options.outcomes);
  if (status == ARGES_OK) keep_engine(call.b, false);
}

void World::engine_open_async(const Call& call) {
  OpeningOptions options(call.number, !has_opened_);
  has_opened_ = has_opened_ || options.reads_model;
  Asked what;
  what.kind = RequestKind::kOpening;
  what.queue = queues_.place(call.a);
  what.ending = options.outcomes;
  const bool valid = options.valid && options.options.progress == nullptr;
  const Status status =
      ask(call.b % requests_.kCount, std::move(what), [&](std::uint64_t tag, arges_request** out) {
        return arges_engine_open_async(&options.options, queues_.get(call.a), tag, out);
      });
  expect(status, valid && queues_.alive(call.a), {ARGES_OK});
}

// What arges_request_take_engine may answer for a request that lives.
World::StatusList World::taking(const RequestFacts& request) const {
  if (request.kind != RequestKind::kOpening) return {ARGES_INVALID_ARGUMENT};
  if (request.taken) return {ARGES_NOT_FOUND};
  const std::uint32_t end = ledger_.end_of(request.tag);
  if (end != 0) return {end == ARGES_EVENT_DONE ? ARGES_OK : ARGES_NOT_FOUND};
  if (request.ended) return {ARGES_OK, ARGES_NOT_FOUND};
  return {ARGES_OK, ARGES_NOT_FOUND, ARGES_BUSY};
}

void World::take_engine(const Call& call) {
  if (!engines_.is_free(call.b)) return;
  // Before the call: the end may come meanwhile.
  const bool alive = requests_.alive(call.a);
  const StatusList listed = taking(requests_.facts(call.a));
  const Status status = make(engines_, call.b, [&](arges_engine** out) {
    return arges_request_take_engine(requests_.get(call.a), out);
  });
  expect(status, alive, listed);
  if (status != ARGES_OK) return;
  requests_.facts(call.a).taken = true;
  keep_engine(call.b, false);
}

}  // namespace arges::fuzz
