// SPDX-License-Identifier: Apache-2.0
// Any bytes as a saved session: refused, or a conversation that a model absorbs and that is saved
// again as the same bytes.
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sdk/fakes/scripted_model.h"
#include "sdk/runtime/engine.h"
#include "sdk/snapshot/read_conversation.h"
#include "sdk/snapshot/write_conversation.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/target.h"

namespace {

using namespace arges::fuzz;
using namespace arges::sdk;
using arges::Result;
using arges::Status;
using arges::StatusCode;
using Past = std::shared_ptr<const Conversation>;

constexpr double kSeconds = 0.5;
constexpr std::int64_t kContext = 300;

std::shared_ptr<ScriptedModel> make_model() {
  ScriptedModelOptions options;
  options.max_context = kContext;
  options.logs_steps = false;
  return std::make_shared<ScriptedModel>(std::move(options));
}

// One for all inputs.
struct World {
  std::shared_ptr<ScriptedModel> model = make_model();
  std::shared_ptr<Engine> engine = Engine::create(model, {}).value();
  CheckpointRules rules{std::make_shared<CheckpointStore>(1 << 20)};
};

Result<Past> read(std::string_view file, Model& model, const CheckpointRules& rules) {
  std::size_t at = 0;
  const auto give = [&](std::span<std::byte> to) -> Status {
    require(to.size() <= file.size() - at, "reads lie in the file");
    std::memcpy(to.data(), file.data() + at, to.size());
    at += to.size();
    return {};
  };
  return snapshot::read_conversation(model, rules, give, file.size(), arges::never_stop());
}

std::string write(const Conversation* past, const Model& model) {
  std::string file;
  const Status status =
      snapshot::write_conversation(model, past, [&](std::span<const std::byte> piece) -> Status {
        file.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
      });
  require(status.ok(), "what was read is written");
  return file;
}

// A state of another format is not kept; all else is.
void check_same_file(const Past& past, std::string_view file, World& world) {
  const std::string again = write(past.get(), *world.model);
  const bool has_state = past && past->sequence;
  require(!has_state || again == file, "what is read is saved as the same bytes");
  const auto twice = read(again, *world.model, world.rules);
  require(twice.ok(), "what is written is read");
  require(write(twice->get(), *world.model) == again, "a second time nothing changes");
}

Event end_of(EventQueue& queue) {
  for (;;) {
    auto event = queue.next(std::chrono::seconds(60));
    require(event.ok(), "a request ends");
    if (is_terminal(event->type)) return std::move(*event);
  }
}

void check_absorbed(const Past& past, World& world) {
  const auto session = world.engine->create_session().value();
  const auto queue = EventQueue::create(64).value();
  const auto given = [&past](Model&, const CheckpointRules&, const arges::StopCheck&) {
    return Result<Past>(past);
  };
  require(session->load(given, queue, 1).ok() && end_of(*queue).type == EventType::kDone,
          "a conversation is taken over");
  require(session->token_count() <= kContext, "a conversation fits the context");
  Message message;
  message.parts.emplace_back(MessageText("?"));
  GenerateOptions options;
  options.max_tokens = 1;
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  require(session->generate(std::move(messages), options, queue, 2).ok(), "it goes on");
  // Of a picture's file the header alone has been looked at.
  require_status(end_of(*queue).status,
                 {StatusCode::kOk, StatusCode::kContextFull, StatusCode::kImageDecode});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  static World* const world = new World;  // its threads run to the end of the process
  const std::string_view file = as_text(data, size);
  const CpuTime time;
  const auto past = read(file, *world->model, world->rules);
  time.require_below(kSeconds, "read_conversation()");
  if (!past.ok()) {
    require_status(past.status(),
                   {StatusCode::kModelInvalid, StatusCode::kUnsupported, StatusCode::kContextFull});
    return 0;
  }
  check_same_file(*past, file, *world);
  check_absorbed(*past, *world);
  return 0;
}
