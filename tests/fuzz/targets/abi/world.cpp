// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets/abi/world.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "bindings_c/src/engine_handle.h"

namespace arges::fuzz {
namespace {

constexpr std::uint32_t kAbi = ARGES_ABI_VERSION;

std::shared_ptr<arges::sdk::ScriptedModel> make_model() {
  arges::sdk::ScriptedModelOptions options;
  options.max_context = 300;
  return std::make_shared<arges::sdk::ScriptedModel>(std::move(options));
}

arges_engine* make_engine(std::shared_ptr<arges::sdk::ScriptedModel> model) {
  auto engine = arges::sdk::Engine::create(std::move(model), {});
  require(engine.ok(), "an engine starts");
  return arges::bindings::wrap_engine(std::move(engine).value());
}

std::string file_name() {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  return (folder / ("arges_fuzz_abi." + std::to_string(getpid()) + ".session")).string();
}

// The log of the process. Not called any more once it was ended.
std::atomic<bool> log_is_open{false};
std::atomic<std::uint32_t> log_level{0};

void on_line(void* user, std::uint32_t level, const char* text, std::uint64_t length) {
  require(user == &log_level && log_is_open, "a log that was ended is not called");
  require(level >= ARGES_LOG_ERROR && level <= log_level, "lines of the level and below");
  require(length > 0 && std::string_view(text, length).find('\n') == std::string_view::npos,
          "one line");
}

void check_versions(std::uint32_t version) {
  require(arges_abi_version() == kAbi, "the version of the header");
  require(std::strlen(arges_version_string()) > 0, "the library has a version");
  // While the major is 0, of its very minor only.
  const arges_status expected = version == kAbi ? ARGES_OK : ARGES_UNSUPPORTED;
  require(arges_abi_check(version) == expected, "only the version itself is compatible");
  const auto status = static_cast<arges_status>(version);
  const bool known = status >= ARGES_OK && status <= ARGES_IO;
  require((std::string_view(arges_status_name(status)) != "UNKNOWN") == known, "statuses' names");
}

}  // namespace

World::World() : model_(make_model()), file_(file_name()) {
  engines_.at(0) = make_engine(model_);
  engines_.set_alive(0, true);
  keep_engine(0, true);
}

void World::expect(Status status, bool handles_alive, const StatusList& listed) {
  if (status != ARGES_OK) {
    require(std::strlen(arges_last_error_message()) > 0, "a failure has a sentence");
  }
  if (!handles_alive) return require(status == ARGES_INVALID_ARGUMENT, "a dead handle is refused");
  if (std::find(listed.begin(), listed.end(), status) != listed.end()) return;
  broken("a status that the function does not list: " + std::string(arges_status_name(status)) +
         ": " + arges_last_error_message());
}

void World::break_model(const Call& call) {
  const arges::Status failure(arges::StatusCode::kOutOfMemoryHost, "The fake has no memory.");
  const std::int64_t skip = call.number % 8;
  switch (call.a % 6) {
    case 0:
      return model_->step_fault().fail_after(skip, failure);
    case 1:
      return model_->encode_fault().fail_after(skip, failure);
    case 2:
      return model_->clone_fault().fail_after(skip, failure);
    case 3:
      return model_->reserve_fault().fail_after(skip, failure);
    case 4:
      return model_->create_fault().fail_after(skip, failure);
    default:
      return model_->step_fault().throw_after(skip);
  }
}

// Structs of sizes that no version had.
void World::struct_call(const Call& call) {
  std::array<unsigned char, 512> storage{};
  const std::uint64_t size = std::uint64_t{call.a} * 2;
  void* const out = storage.data();
  std::uint64_t known = 0;
  Status status = ARGES_OK;
  switch (call.b % 8) {
    case 0:
      known = sizeof(arges_event);
      status = arges_event_init(static_cast<arges_event*>(out), size);
      break;
    case 1:
      known = sizeof(arges_queue_options);
      status = arges_queue_options_init(static_cast<arges_queue_options*>(out), size);
      break;
    case 2:
      known = sizeof(arges_generate_options);
      status = arges_generate_options_init(static_cast<arges_generate_options*>(out), size);
      break;
    case 4:
      known = sizeof(arges_session_options);
      status = arges_session_options_init(static_cast<arges_session_options*>(out), size);
      break;
    default:
      known = sizeof(arges_engine_options);
      status = arges_engine_options_init(static_cast<arges_engine_options*>(out), size);
  }
  expect(status, size >= known, {ARGES_OK});
  const std::uint64_t written = status == ARGES_OK ? size : 0;
  for (std::size_t i = written; i < storage.size(); ++i) {
    require(storage[i] == 0, "an _init function writes no more than the size given");
  }
}

void World::set_log(const Call& call) {
  if (call.a % 2 == 0) {
    return check_versions(std::uint32_t{call.a} << 15 | std::uint32_t{call.b} << 8 | call.number);
  }
  const std::uint32_t level = call.number % 6;
  const bool valid = level <= ARGES_LOG_DEBUG;
  const bool ends = call.b % 2 == 0;
  if (valid && !ends) {
    log_level = ARGES_LOG_DEBUG;  // of the former function and of the next
    log_is_open = true;
  }
  const Status status = arges_set_log(ends ? nullptr : on_line, &log_level, level);
  expect(status, valid, {ARGES_OK});
  if (!valid) return;
  log_level = level == 0 ? ARGES_LOG_WARNING : level;
  log_is_open = !ends;
}

void World::run(const Call& call) {
  if (!run_later(call)) run_former(call);
}

// Numbers 16 to 28 of 32; recorded inputs mean by the others what they always meant.
bool World::run_later(const Call& call) {
  switch (call.function % 32) {
    case 16:
      session_add(call);
      return true;
    case 17:
      engine_open_async(call);
      return true;
    case 18:
      take_engine(call);
      return true;
    case 19:
      image_from_nv12(call);
      return true;
    case 20:
      image_decode(call);
      return true;
    case 21:
      set_log(call);
      return true;
    case 22:
      engine_open(call);
      return true;
    case 23:
      session_fork(call);
      return true;
    case 24:
      session_rewind(call);
      return true;
    case 25:
      session_turn(call);
      return true;
    case 26:
      session_reuse(call);
      return true;
    case 27:
    case 28:
      session_file(call);
      return true;
    default:
      return false;
  }
}

void World::run_former(const Call& call) {
  switch (call.function % 16) {
    case 0:
      return engine_call(call);
    case 1:
      return session_create(call);
    case 2:
      return session_close(call.a);
    case 3:
      return queue_create(call);
    case 4:
      return queue_call(call);
    case 5:
      return image_call(call);
    case 6:
      return message_create(call);
    case 7:
      return message_add(call);
    case 8:
    case 9:
      return generate(call);
    case 10:
      return request_call(call);
    case 11:
      return request_free(call.a);
    case 12:
      return session_tokens(call.a);
    case 13:
      return queue_descriptor(call.a);
    case 14:
      return struct_call(call);
    default:
      return break_model(call);
  }
}

void World::finish() {
  for (std::uint8_t queue = 0; queue < queues_.kCount; ++queue) {
    if (queues_.alive(queue)) finish_queue(queue);
  }
}

World::~World() {
  for (std::uint8_t i = 0; i < 3; ++i) {
    if (requests_.alive(i)) request_free(i);
    if (messages_.alive(i)) arges_message_free(messages_.get(i));
    if (images_.alive(i)) arges_image_free(images_.get(i));
    if (sessions_.alive(i)) session_close(i);
    if (queues_.alive(i)) queue_close(i);
    if (engines_.alive(i)) arges_engine_close(engines_.get(i));
  }
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  require(model_->comes_to_live_sequences(0), "nothing of a session stays");
  require(arges_set_log(nullptr, nullptr, 0) == ARGES_OK, "the log ends");
  log_is_open = false;
  // Openings that were given up among them: what they hold is not a leak while they end.
  require(comes_to_threads(threads_before_), "no thread stays behind");
}

}  // namespace arges::fuzz
