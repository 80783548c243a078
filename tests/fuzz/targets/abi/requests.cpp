// SPDX-License-Identifier: Apache-2.0
// Sessions and requests.
#include <string>
#include <utility>

#include "tests/fuzz/targets/abi/world.h"

namespace arges::fuzz {
namespace {

constexpr std::uint32_t kMostImages = 16;

// Whether the last message allows an answer, or allows it to be continued.
bool is_last_valid(const MessageFacts& last, bool continues) {
  const bool is_assistant = last.role == ARGES_ROLE_ASSISTANT;
  return continues ? is_assistant && last.images == 0 && last.text_bytes > 0 : !is_assistant;
}

}  // namespace

void World::session_create(const Call& call) {
  if (!sessions_.is_free(call.b)) return;
  arges_session_options options;
  arges_session_options_init(&options, sizeof options);
  options.scope = call.number % 4 / 2;
  options.checkpoints = call.number / 4 == 63 ? 4097 : call.number / 4;
  const Status status = make(sessions_, call.b, [&](arges_session** out) {
    return call.number == 0 ? arges_session_create(engines_.get(call.a), out)
                            : arges_session_create_with(engines_.get(call.a), &options, out);
  });
  StatusList listed = {ARGES_BUSY, ARGES_OUT_OF_MEMORY_HOST, ARGES_OUT_OF_MEMORY_DEVICE};
  listed.push_back(options.checkpoints > 4096 ? ARGES_INVALID_ARGUMENT : ARGES_OK);
  expect(status, engines_.alive(call.a), listed);
  if (status != ARGES_OK) return;
  sessions_.facts(call.b) = {next_number_++, engines_.facts(call.a).number, true};
}

void World::session_close(std::uint8_t choice) {
  const bool alive = sessions_.alive(choice);
  arges_session_close(sessions_.get(choice));
  if (alive) sessions_.set_alive(choice, false);
}

void World::session_tokens(std::uint8_t choice) {
  constexpr std::uint64_t kUntouched = 77'777;
  std::uint64_t tokens = kUntouched;
  const Status status = arges_session_token_count(sessions_.get(choice), &tokens);
  expect_done(status, sessions_.alive(choice));
  require((status == ARGES_OK) == (tokens != kUntouched), "a count, or nothing");
  const bool may_hold = status != ARGES_OK || sessions_.facts(choice).open;
  require(may_hold || tokens == 0, "nothing is held after the engine was closed");
}

void World::session_fork(const Call& call) {
  if (!sessions_.is_free(call.b)) return;
  const SessionFacts parent = sessions_.facts(call.a);
  const Status status = make(sessions_, call.b, [&](arges_session** out) {
    return arges_session_fork(sessions_.get(call.a), out);
  });
  StatusList listed = {ARGES_BUSY, ARGES_OUT_OF_MEMORY_HOST};
  listed.push_back(parent.open ? ARGES_OK : ARGES_CLOSED);
  expect(status, sessions_.alive(call.a), listed);
  if (status == ARGES_OK) sessions_.facts(call.b) = {next_number_++, parent.engine, true};
}

void World::session_rewind(const Call& call) {
  const std::uint64_t turns = call.number == 255 ? ~std::uint64_t{0} : call.number % 4;
  const Status status = arges_session_rewind(sessions_.get(call.a), turns);
  const SessionFacts& session = sessions_.facts(call.a);
  StatusList listed = {ARGES_OUT_OF_MEMORY_HOST};
  if (!session.open) listed.push_back(ARGES_CLOSED);
  if (session.open) listed.insert(listed.end(), {ARGES_OK, ARGES_NOT_FOUND});
  if (ledger_.in_flight(session.number)) listed.push_back(ARGES_BUSY);
  expect(status, sessions_.alive(call.a), listed);
}

void World::session_turn(const Call& call) {
  arges_turn_info info{};
  info.struct_size = sizeof info;
  const Status status = fill(info, [&](arges_turn_info* out) {
    return arges_session_turn(sessions_.get(call.a), call.b, out);
  });
  StatusList listed = {ARGES_NOT_FOUND};
  listed.push_back(sessions_.facts(call.a).open ? ARGES_OK : ARGES_CLOSED);
  expect(status, sessions_.alive(call.a), listed);
  require(status != ARGES_OK || info.tokens > 0, "a turn has tokens");
}

// Of messages, which a session's engine is not asked about once it is closed.
void World::session_reuse(const Call& call) {
  const Submission given = submission(call);
  const bool alive = sessions_.alive(given.session) && given.messages_alive;
  const bool valid = !given.messages.empty() && given.all.images <= kMostImages &&
                     is_last_valid(given.last, false);
  arges_reuse reuse{};
  const Status status = fill(reuse, [&](arges_reuse* out) {
    return arges_session_reuse(sessions_.get(given.session), given.messages.data(),
                               given.messages.size(), out);
  });
  StatusList listed = {ARGES_OUT_OF_MEMORY_HOST};
  listed.push_back(valid ? ARGES_OK : ARGES_INVALID_ARGUMENT);
  if (given.all.has_file) listed.push_back(ARGES_IMAGE_DECODE);
  if (!sessions_.facts(given.session).open) listed.push_back(ARGES_CLOSED);
  expect(status, alive, listed);
  if (status != ARGES_OK) return;
  require(reuse.reused <= reuse.matched && reuse.matched <= reuse.prompt_tokens,
          "what is reused matches, and what matches is asked for");
  require(reuse.images_cached <= reuse.images, "no more are kept than there are");
}

// Saves to a file or loads it, or what there is none of.
void World::session_file(const Call& call) {
  Submission given = submission(call);
  given.alive = sessions_.alive(given.session) && queues_.alive(given.queue);
  const bool saves = call.function % 32 == 27;
  const std::string path = call.number % 8 == 7 ? file_ + "/none" : file_;
  Asked what = asked(RequestKind::kFile, given);
  what.ending = {ARGES_OK, ARGES_OUT_OF_MEMORY_HOST, saves ? ARGES_IO : ARGES_NOT_FOUND};
  // Another session saves to it; or has, of another model.
  what.ending.push_back(saves ? ARGES_BUSY : ARGES_MODEL_INVALID);
  const StatusList listed = submitting(given, true);
  const Status status =
      ask(given.place, std::move(what), [&](std::uint64_t tag, arges_request** out) {
        return saves ? arges_session_save(sessions_.get(given.session), path.data(), path.size(),
                                          queues_.get(given.queue), tag, out)
                     : arges_session_load(sessions_.get(given.session), path.data(), path.size(),
                                          queues_.get(given.queue), tag, out);
      });
  expect(status, given.alive, listed);
}

World::Submission World::submission(const Call& call) const {
  Submission given;
  given.session = call.a % 16 == 15 ? 0xF8 : call.a % 4;
  given.queue = call.a >= 0xF0 ? call.a : call.a / 16;
  given.place = call.b / 64;
  given.messages_alive = true;
  for (std::uint8_t i = 0; i < call.b % 4; ++i) {
    given.messages.push_back(messages_.get(i));
    given.messages_alive = given.messages_alive && messages_.alive(i);
    given.last = messages_.facts(i);
    given.all.images += given.last.images;
    given.all.has_file = given.all.has_file || given.last.has_file;
  }
  given.alive =
      given.messages_alive && sessions_.alive(given.session) && queues_.alive(given.queue);
  return given;
}

Asked World::asked(RequestKind kind, const Submission& given) const {
  Asked what;
  what.kind = kind;
  what.queue = queues_.place(given.queue);
  what.session = sessions_.facts(given.session).number;
  what.has_file = given.all.has_file;
  return what;
}

// What may be answered to a request whose handles live. Closed and busy are known before.
World::StatusList World::submitting(const Submission& given, bool valid) const {
  const SessionFacts& session = sessions_.facts(given.session);
  StatusList listed;
  if (valid && session.open) listed.push_back(ARGES_OK);
  if (!valid) listed.push_back(ARGES_INVALID_ARGUMENT);
  if (!session.open) listed.push_back(ARGES_CLOSED);
  if (ledger_.in_flight(session.number)) listed.push_back(ARGES_BUSY);
  if (valid) listed.push_back(ARGES_OUT_OF_MEMORY_HOST);
  return listed;
}

void World::generate(const Call& call) {
  const Submission given = submission(call);
  const AnswerOptions options(call.number);
  const bool continues = !options.is_null && options.options.continue_last == 1;
  const bool valid = options.valid && !given.messages.empty() && given.all.images <= kMostImages &&
                     is_last_valid(given.last, continues);
  const StatusList listed = submitting(given, valid);
  const Status status = ask(
      given.place, asked(RequestKind::kAnswer, given), [&](std::uint64_t tag, arges_request** out) {
        return arges_generate(sessions_.get(given.session), given.messages.data(),
                              given.messages.size(), options.given(), queues_.get(given.queue), tag,
                              out);
      });
  expect(status, given.alive, listed);
}

void World::session_add(const Call& call) {
  const Submission given = submission(call);
  const bool valid = !given.messages.empty() && given.all.images <= kMostImages;
  const StatusList listed = submitting(given, valid);
  const Status status =
      ask(given.place, asked(RequestKind::kAddition, given),
          [&](std::uint64_t tag, arges_request** out) {
            return arges_session_add(sessions_.get(given.session), given.messages.data(),
                                     given.messages.size(), queues_.get(given.queue), tag, out);
          });
  expect(status, given.alive, listed);
}

void World::request_call(const Call& call) {
  if (call.number % 4 == 3) return request_wait(call);
  const bool alive = requests_.alive(call.a);
  if (alive) ledger_.note_cancel(requests_.facts(call.a).tag);
  expect_done(arges_request_cancel(requests_.get(call.a)), alive);
}

void World::request_wait(const Call& call) {
  const bool alive = requests_.alive(call.a);
  RequestFacts& facts = requests_.facts(call.a);
  // Nothing holds an opening up, so that it can be waited for.
  const bool patient = alive && facts.kind == RequestKind::kOpening && call.b % 4 >= 2;
  const std::int64_t timeout_ms = patient ? kPatienceMs : call.b % 2;
  const Status status = arges_request_wait(requests_.get(call.a), timeout_ms);
  StatusList listed = {ARGES_OK};
  if (!facts.ended && !patient) listed.push_back(ARGES_TIMEOUT);
  expect(status, alive, listed);
  if (alive && status == ARGES_OK) facts.ended = true;
}

void World::request_free(std::uint8_t choice) {
  const bool alive = requests_.alive(choice);
  arges_request_free(requests_.get(choice));
  if (alive) requests_.set_alive(choice, false);
}

}  // namespace arges::fuzz
