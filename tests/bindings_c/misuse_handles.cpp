// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "tests/bindings_c/misuse_cases.h"

namespace arges::bindings_test {
namespace {

enum class Kind { kEngine, kSession, kQueue, kImage, kMessage, kRequest };

// A function with the handle under test as `handle` and all else as it should be.
struct HandleUser {
  const char* name;
  Kind kind;
  bool returns_status;  // false: null is allowed and nothing is returned
  std::function<arges_status(World&, void* handle)> call;
};

template <typename Handle>
Handle* as(void* handle) {
  return static_cast<Handle*>(handle);
}

arges_status generate(World& world, arges_session* session, arges_message* message,
                      arges_queue* queue) {
  return arges_generate(session, &message, 1, nullptr, queue, 1, world.out<arges_request>());
}

arges_status add(World& world, arges_session* session, arges_message* message, arges_queue* queue) {
  return arges_session_add(session, &message, 1, queue, 1, world.out<arges_request>());
}

// A file that is not there: a call that is wrongly accepted does no harm.
constexpr char kFile[] = "no/such/folder/file";

arges_status save(World& world, arges_session* session, arges_queue* queue) {
  return arges_session_save(session, kFile, sizeof kFile - 1, queue, 1, world.out<arges_request>());
}

arges_status load(World& world, arges_session* session, arges_queue* queue) {
  return arges_session_load(session, kFile, sizeof kFile - 1, queue, 1, world.out<arges_request>());
}

std::vector<HandleUser> users_of_engines() {
  return {
      {"session_create", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_session_create(as<arges_engine>(handle), world.out<arges_session>());
       }},
      {"session_create_with", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_session_create_with(as<arges_engine>(handle), nullptr,
                                          world.out<arges_session>());
       }},
      {"engine_model_info", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_engine_model_info(as<arges_engine>(handle), world.result<arges_model_info>());
       }},
      {"engine_get_info", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_engine_get_info(as<arges_engine>(handle), world.result<arges_engine_info>());
       }},
      {"engine_stats", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_engine_stats(as<arges_engine>(handle), world.result<arges_stats>());
       }},
      {"count_tokens_engine", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_count_tokens(as<arges_engine>(handle), &world.message, 1,
                                   &world.outputs.number);
       }},
      {"tokenize", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_tokenize(as<arges_engine>(handle), "x", 1, nullptr, 0, &world.outputs.number);
       }},
      {"detokenize", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_detokenize(as<arges_engine>(handle), nullptr, 0, nullptr, 0,
                                 &world.outputs.number);
       }},
      {"image_plan_for_size", Kind::kEngine, true,
       [](World& world, void* handle) {
         return arges_image_plan_for_size(as<arges_engine>(handle), 64, 64,
                                          world.result<arges_image_plan>());
       }},
      {"engine_close", Kind::kEngine, false, [](World&, void* handle) {
         arges_engine_close(as<arges_engine>(handle));
         return ARGES_OK;
       }}};
}

std::vector<HandleUser> users_of_sessions() {
  return {{"session_token_count", Kind::kSession, true,
           [](World& world, void* handle) {
             return arges_session_token_count(as<arges_session>(handle), &world.outputs.number);
           }},
          {"session_fork", Kind::kSession, true,
           [](World& world, void* handle) {
             return arges_session_fork(as<arges_session>(handle), world.out<arges_session>());
           }},
          {"session_rewind", Kind::kSession, true,
           [](World&, void* handle) { return arges_session_rewind(as<arges_session>(handle), 1); }},
          {"session_reuse", Kind::kSession, true,
           [](World& world, void* handle) {
             return arges_session_reuse(as<arges_session>(handle), &world.message, 1,
                                        world.result<arges_reuse>());
           }},
          {"session_turn", Kind::kSession, true,
           [](World& world, void* handle) {
             return arges_session_turn(as<arges_session>(handle), 0,
                                       world.result<arges_turn_info>());
           }},
          {"session_add_session", Kind::kSession, true,
           [](World& world, void* handle) {
             return add(world, as<arges_session>(handle), world.message, world.queue);
           }},
          {"generate_session", Kind::kSession, true,
           [](World& world, void* handle) {
             return generate(world, as<arges_session>(handle), world.message, world.queue);
           }},
          {"session_save_session", Kind::kSession, true,
           [](World& world, void* handle) {
             return save(world, as<arges_session>(handle), world.queue);
           }},
          {"session_load_session", Kind::kSession, true,
           [](World& world, void* handle) {
             return load(world, as<arges_session>(handle), world.queue);
           }},
          {"session_close", Kind::kSession, false, [](World&, void* handle) {
             arges_session_close(as<arges_session>(handle));
             return ARGES_OK;
           }}};
}

std::vector<HandleUser> users_of_queues() {
  return {{"queue_next", Kind::kQueue, true,
           [](World& world, void* handle) {
             return arges_queue_next(as<arges_queue>(handle), 0, world.result<arges_event>());
           }},
          {"queue_next_many", Kind::kQueue, true,
           [](World& world, void* handle) {
             return arges_queue_next_many(as<arges_queue>(handle), 0, world.result<arges_event>(),
                                          1, &world.outputs.number);
           }},
          {"queue_fd", Kind::kQueue, true,
           [](World&, void* handle) {
             const bool refused = arges_queue_fd(as<arges_queue>(handle)) == -1;
             return refused ? ARGES_INVALID_ARGUMENT : ARGES_OK;
           }},
          {"engine_open_async_queue", Kind::kQueue, true,
           [](World& world, void* handle) {
             arges_engine_options options;
             arges_engine_options_init(&options, sizeof options);
             options.model_path = "no/such/folder";
             options.model_path_length = 14;
             return arges_engine_open_async(&options, as<arges_queue>(handle), 1,
                                            world.out<arges_request>());
           }},
          {"session_add_queue", Kind::kQueue, true,
           [](World& world, void* handle) {
             return add(world, world.session, world.message, as<arges_queue>(handle));
           }},
          {"session_save_queue", Kind::kQueue, true,
           [](World& world, void* handle) {
             return save(world, world.session, as<arges_queue>(handle));
           }},
          {"session_load_queue", Kind::kQueue, true,
           [](World& world, void* handle) {
             return load(world, world.session, as<arges_queue>(handle));
           }},
          {"generate_queue", Kind::kQueue, true,
           [](World& world, void* handle) {
             return generate(world, world.session, world.message, as<arges_queue>(handle));
           }},
          {"queue_close", Kind::kQueue, false, [](World&, void* handle) {
             arges_queue_close(as<arges_queue>(handle));
             return ARGES_OK;
           }}};
}

std::vector<HandleUser> users_of_contents() {
  return {{"image_size", Kind::kImage, true,
           [](World& world, void* handle) {
             return arges_image_size(as<arges_image>(handle), &world.outputs.width,
                                     &world.outputs.height);
           }},
          {"message_add_image_image", Kind::kImage, true,
           [](World& world, void* handle) {
             return arges_message_add_image(world.message, as<arges_image>(handle));
           }},
          {"image_free", Kind::kImage, false,
           [](World&, void* handle) {
             arges_image_free(as<arges_image>(handle));
             return ARGES_OK;
           }},
          {"message_add_text", Kind::kMessage, true,
           [](World&, void* handle) {
             return arges_message_add_text(as<arges_message>(handle), "x", 1);
           }},
          {"message_add_image_message", Kind::kMessage, true,
           [](World& world, void* handle) {
             return arges_message_add_image(as<arges_message>(handle), world.image);
           }},
          {"message_add_image_bytes", Kind::kMessage, true,
           [](World&, void* handle) {
             return arges_message_add_image_bytes(as<arges_message>(handle), "x", 1);
           }},
          {"count_tokens_message", Kind::kMessage, true,
           [](World& world, void* handle) {
             auto* message = as<arges_message>(handle);
             return arges_count_tokens(world.engine, &message, 1, &world.outputs.number);
           }},
          {"session_add_message", Kind::kMessage, true,
           [](World& world, void* handle) {
             return add(world, world.session, as<arges_message>(handle), world.queue);
           }},
          {"generate_message", Kind::kMessage, true,
           [](World& world, void* handle) {
             return generate(world, world.session, as<arges_message>(handle), world.queue);
           }},
          {"message_free", Kind::kMessage, false, [](World&, void* handle) {
             arges_message_free(as<arges_message>(handle));
             return ARGES_OK;
           }}};
}

std::vector<HandleUser> users_of_requests() {
  return {{"request_cancel", Kind::kRequest, true,
           [](World&, void* handle) { return arges_request_cancel(as<arges_request>(handle)); }},
          {"request_take_engine", Kind::kRequest, true,
           [](World& world, void* handle) {
             return arges_request_take_engine(as<arges_request>(handle), world.out<arges_engine>());
           }},
          {"request_wait", Kind::kRequest, true,
           [](World&, void* handle) { return arges_request_wait(as<arges_request>(handle), 0); }},
          {"request_free", Kind::kRequest, false, [](World&, void* handle) {
             arges_request_free(as<arges_request>(handle));
             return ARGES_OK;
           }}};
}

// A handle that is no good, by what is wrong with it.
struct WrongHandle {
  const char* name;
  std::function<void*(World&)> make;
};

std::vector<WrongHandle> wrong_handles(Kind kind) {
  std::vector<WrongHandle> wrong = {
      {"null", [](World&) -> void* { return nullptr; }},
      {"made_up", [](World&) { return reinterpret_cast<void*>(std::uintptr_t{1} << 60); }},
      {"misaligned", [](World&) { return reinterpret_cast<void*>(std::uintptr_t{7}); }},
      {"stack_address", [](World& world) -> void* { return &world; }}};
  if (kind != Kind::kEngine) {
    wrong.push_back({"an_engine", [](World& world) -> void* { return world.engine; }});
  }
  if (kind != Kind::kSession) {
    wrong.push_back({"a_session", [](World& world) -> void* { return world.session; }});
  }
  if (kind != Kind::kQueue) {
    wrong.push_back({"a_queue", [](World& world) -> void* { return world.queue; }});
  }
  if (kind != Kind::kImage) {
    wrong.push_back({"an_image", [](World& world) -> void* { return world.image; }});
  }
  if (kind != Kind::kMessage) {
    wrong.push_back({"a_message", [](World& world) -> void* { return world.message; }});
  }
  if (kind != Kind::kRequest) {
    wrong.push_back({"a_request", [](World& world) -> void* { return world.request; }});
  }
  return wrong;
}

// Gives a handle back and returns it.
WrongHandle stale_handle(Kind kind) {
  switch (kind) {
    case Kind::kEngine:
      return {"given_back", [](World&) -> void* {
                arges_engine* engine = open_scripted_engine("never asked");
                arges_engine_close(engine);
                return engine;
              }};
    case Kind::kSession:
      return {"given_back", [](World& world) -> void* {
                arges_session_close(world.session);
                return world.session;
              }};
    case Kind::kQueue:
      return {"given_back", [](World& world) -> void* {
                arges_queue_close(world.queue);
                return world.queue;
              }};
    case Kind::kImage:
      return {"given_back", [](World& world) -> void* {
                arges_image_free(world.image);
                return world.image;
              }};
    case Kind::kMessage:
      return {"given_back", [](World& world) -> void* {
                arges_message_free(world.message);
                return world.message;
              }};
    case Kind::kRequest:
      break;
  }
  return {"given_back", [](World& world) -> void* {
            arges_request_free(world.request);
            return world.request;
          }};
}

void append_cases(const HandleUser& user, std::vector<MisuseCase>& cases) {
  std::vector<WrongHandle> wrong = wrong_handles(user.kind);
  wrong.push_back(stale_handle(user.kind));
  for (const WrongHandle& handle : wrong) {
    cases.push_back({std::string(user.name) + "_" + handle.name,
                     user.returns_status ? ARGES_INVALID_ARGUMENT : ARGES_OK,
                     [call = user.call, make = handle.make](World& world) {
                       return call(world, make(world));
                     }});
  }
}

}  // namespace

std::vector<MisuseCase> handle_cases() {
  std::vector<MisuseCase> cases;
  for (const auto& users : {users_of_engines(), users_of_sessions(), users_of_queues(),
                            users_of_contents(), users_of_requests()}) {
    for (const HandleUser& user : users) append_cases(user, cases);
  }
  return cases;
}

}  // namespace arges::bindings_test
