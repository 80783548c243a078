// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bindings_c/include/arges/arges.h"
#include "sdk/fakes/scripted_model.h"

namespace arges::bindings_test {

// What a reader sees of one request.
struct Answer {
  std::string text;
  std::uint32_t end = 0;           // the terminal event's type; 0 when none came
  arges_status status = ARGES_OK;  // the terminal event's
  std::string reason;              // the terminal event's text
  std::uint32_t finish_reason = ARGES_FINISH_NONE;
  std::uint64_t generated_tokens = 0;
};

// Reads events of `tag` up to its terminal event; others are passed over. Waits at most a minute
// for each event.
Answer read_answer(arges_queue* queue, std::uint64_t tag);

// A user's message of one text; given back by the caller.
arges_message* text_message(const std::string& text);

// Submits a message of one text with default options and gives the request handle back.
arges_status submit(arges_session* session, const std::string& text, arges_queue* queue,
                    std::uint64_t tag);

// An answer from a new session on a new queue.
Answer ask(arges_engine* engine, const std::string& text);

// An engine of that model; the caller closes it.
arges_engine* open_engine(std::shared_ptr<sdk::ScriptedModel> model);
// An engine of a scripted model whose every answer is `text`.
arges_engine* open_scripted_engine(const std::string& text);
// A scripted model whose every answer is `text`, with gates to hold it at.
std::shared_ptr<sdk::ScriptedModel> scripted_model(const std::string& text);

// What a call may write to, all of it 0x5A until one does, so that a write shows.
struct Outputs {
  Outputs();
  // All bytes but a struct's size, which the caller of result() has set.
  bool untouched() const;

  void* handle;
  std::uint64_t number;
  std::uint32_t width;
  std::uint32_t height;
  std::int32_t tokens[4];
  char text[8];
  alignas(8) unsigned char bytes[512];  // of any struct that a call fills
};

// One handle of each kind, alive and idle: the request has ended. Closes all that is left.
class World {
 public:
  explicit World(arges_engine* shared_engine);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Where a call that makes a handle shall put it. Not given back by the world.
  template <typename Handle>
  Handle** out() {
    return reinterpret_cast<Handle**>(&outputs.handle);
  }
  // A struct for a call to fill, its size set.
  template <typename Struct>
  Struct* result() {
    static_assert(sizeof(Struct) <= sizeof outputs.bytes);
    auto* made = reinterpret_cast<Struct*>(outputs.bytes);
    made->struct_size = sizeof(Struct);
    return made;
  }

  Outputs outputs;
  arges_engine* engine;  // not owned
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  arges_image* image = nullptr;
  arges_message* message = nullptr;
  arges_request* request = nullptr;
};

}  // namespace arges::bindings_test
