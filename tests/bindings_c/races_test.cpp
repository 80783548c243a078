// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

// Handles that two threads share. Each has messages and event structs of its own.
struct Stage {
  arges_engine* engine = nullptr;
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  arges_image* image = nullptr;
  arges_request* request = nullptr;  // in flight at first
};

struct Function {
  std::string name;
  std::function<arges_status(const Stage&)> call;
};

// A call whose name is all there is to say of its outcome.
template <typename Call>
Function silent(std::string name, Call call) {
  return {std::move(name), [call](const Stage& stage) {
            call(stage);
            return ARGES_OK;
          }};
}

template <typename Use>
arges_status with_message(const Use& use) {
  arges_message* message = nullptr;
  arges_message_create(ARGES_ROLE_USER, &message);
  arges_message_add_text(message, "x", 1);
  const arges_status status = use(message);
  arges_message_free(message);
  return status;
}

std::vector<Function> functions_of_engines() {
  return {{"session_create",
           [](const Stage& stage) {
             arges_session* session = nullptr;
             const arges_status status = arges_session_create(stage.engine, &session);
             arges_session_close(session);
             return status;
           }},
          {"session_create_with",
           [](const Stage& stage) {
             arges_session* session = nullptr;
             const arges_status status = arges_session_create_with(stage.engine, nullptr, &session);
             arges_session_close(session);
             return status;
           }},
          {"model_info",
           [](const Stage& stage) {
             arges_model_info info{};
             info.struct_size = sizeof info;
             return arges_engine_model_info(stage.engine, &info);
           }},
          {"get_info",
           [](const Stage& stage) {
             arges_engine_info info{};
             info.struct_size = sizeof info;
             return arges_engine_get_info(stage.engine, &info);
           }},
          {"stats",
           [](const Stage& stage) {
             arges_stats stats{};
             stats.struct_size = sizeof stats;
             return arges_engine_stats(stage.engine, &stats);
           }},
          {"image_plan",
           [](const Stage& stage) {
             arges_image_plan plan{};
             plan.struct_size = sizeof plan;
             return arges_image_plan_for_size(stage.engine, 4, 4, &plan);
           }},
          {"tokenize",
           [](const Stage& stage) {
             std::uint64_t count = 0;
             return arges_tokenize(stage.engine, "x", 1, nullptr, 0, &count);
           }},
          {"detokenize",
           [](const Stage& stage) {
             const std::int32_t token = 'x';
             std::uint64_t length = 0;
             return arges_detokenize(stage.engine, &token, 1, nullptr, 0, &length);
           }},
          {"count_tokens",
           [](const Stage& stage) {
             return with_message([&](arges_message* message) {
               std::uint64_t count = 0;
               return arges_count_tokens(stage.engine, &message, 1, &count);
             });
           }},
          silent("engine_close", [](const Stage& stage) { arges_engine_close(stage.engine); })};
}

// A file that two calls may find under way.
template <typename Session>
arges_status with_file(arges_status (*call)(Session*, const char*, std::uint64_t, arges_queue*,
                                            std::uint64_t, arges_request**),
                       const Stage& stage) {
  static const std::string path = testing::TempDir() + "arges_races_test.session";
  arges_request* request = nullptr;
  const arges_status status =
      call(stage.session, path.data(), path.size(), stage.queue, 8, &request);
  arges_request_free(request);
  return status;
}

std::vector<Function> functions_of_sessions() {
  return {
      {"generate",
       [](const Stage& stage) {
         return with_message([&](arges_message* message) {
           arges_request* request = nullptr;
           const arges_status status =
               arges_generate(stage.session, &message, 1, nullptr, stage.queue, 5, &request);
           arges_request_free(request);
           return status;
         });
       }},
      {"session_add",
       [](const Stage& stage) {
         return with_message([&](arges_message* message) {
           arges_request* request = nullptr;
           const arges_status status =
               arges_session_add(stage.session, &message, 1, stage.queue, 6, &request);
           arges_request_free(request);
           return status;
         });
       }},
      {"session_fork",
       [](const Stage& stage) {
         arges_session* fork = nullptr;
         const arges_status status = arges_session_fork(stage.session, &fork);
         arges_session_close(fork);
         return status;
       }},
      {"session_save", [](const Stage& stage) { return with_file(arges_session_save, stage); }},
      {"session_load", [](const Stage& stage) { return with_file(arges_session_load, stage); }},
      {"session_rewind", [](const Stage& stage) { return arges_session_rewind(stage.session, 0); }},
      {"session_reuse",
       [](const Stage& stage) {
         return with_message([&](arges_message* message) {
           arges_reuse reuse{};
           reuse.struct_size = sizeof reuse;
           return arges_session_reuse(stage.session, &message, 1, &reuse);
         });
       }},
      {"session_turn",
       [](const Stage& stage) {
         arges_turn_info info{};
         info.struct_size = sizeof info;
         return arges_session_turn(stage.session, 0, &info);
       }},
      {"token_count",
       [](const Stage& stage) {
         std::uint64_t count = 0;
         return arges_session_token_count(stage.session, &count);
       }},
      silent("session_close", [](const Stage& stage) { arges_session_close(stage.session); }),
      {"request_cancel", [](const Stage& stage) { return arges_request_cancel(stage.request); }},
      {"take_engine",
       [](const Stage& stage) {
         arges_engine* engine = nullptr;
         return arges_request_take_engine(stage.request, &engine);
       }},
      {"request_wait", [](const Stage& stage) { return arges_request_wait(stage.request, 1); }},
      silent("request_free", [](const Stage& stage) { arges_request_free(stage.request); })};
}

std::vector<Function> functions_of_queues() {
  return {{"queue_next",
           [](const Stage& stage) {
             arges_event event;
             arges_event_init(&event, sizeof event);
             const arges_status status = arges_queue_next(stage.queue, 1, &event);
             arges_event_clear(&event);
             return status;
           }},
          {"queue_next_many",
           [](const Stage& stage) {
             std::array<arges_event, 3> events;
             for (arges_event& event : events) arges_event_init(&event, sizeof event);
             std::uint64_t count = 0;
             const arges_status status =
                 arges_queue_next_many(stage.queue, 0, events.data(), events.size(), &count);
             for (arges_event& event : events) arges_event_clear(&event);
             return status;
           }},
          {"open_async",
           [](const Stage& stage) {
             arges_engine_options options;
             arges_engine_options_init(&options, sizeof options);
             options.model_path = "no/such/folder";
             options.model_path_length = 14;
             arges_request* request = nullptr;
             const arges_status status =
                 arges_engine_open_async(&options, stage.queue, 7, &request);
             arges_request_free(request);
             return status;
           }},
          silent("queue_fd", [](const Stage& stage) { arges_queue_fd(stage.queue); }),
          silent("queue_close", [](const Stage& stage) { arges_queue_close(stage.queue); }),
          {"add_image",
           [](const Stage& stage) {
             return with_message([&](arges_message* message) {
               return arges_message_add_image(message, stage.image);
             });
           }},
          {"add_image_bytes",
           [](const Stage&) {
             return with_message([](arges_message* message) {
               return arges_message_add_image_bytes(message, "x", 1);
             });
           }},
          {"image_size",
           [](const Stage& stage) {
             std::uint32_t side = 0;
             return arges_image_size(stage.image, &side, &side);
           }},
          silent("image_free", [](const Stage& stage) { arges_image_free(stage.image); })};
}

// Functions without a handle of the stage, and what the process has one of.
std::vector<Function> functions_of_none() {
  static const unsigned char kPixels[12] = {};
  return {{"set_log",
           [](const Stage&) {
             return arges_set_log([](void*, std::uint32_t, const char*, std::uint64_t) {}, nullptr,
                                  ARGES_LOG_DEBUG);
           }},
          {"image_decode",
           [](const Stage&) {
             arges_image* image = nullptr;
             return arges_image_decode(kPixels, sizeof kPixels, &image);
           }},
          {"image_from_nv12", [](const Stage&) {
             arges_image* image = nullptr;
             const arges_status status =
                 arges_image_from_nv12(kPixels, 2, kPixels, 2, 2, 2, &image);
             arges_image_free(image);
             return status;
           }}};
}

std::vector<Function> all_functions() {
  std::vector<Function> all;
  for (const auto& some : {functions_of_engines(), functions_of_sessions(), functions_of_queues(),
                           functions_of_none()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

// Stands for one case; closes what the functions left.
class OpenStage {
 public:
  explicit OpenStage(const arges_queue_options* options = nullptr) {
    static const unsigned char kPixels[12] = {};
    stage.engine = open_scripted_engine("a short answer");
    EXPECT_EQ(arges_session_create(stage.engine, &stage.session), ARGES_OK);
    EXPECT_EQ(arges_queue_create(options, &stage.queue), ARGES_OK);
    EXPECT_EQ(arges_image_from_pixels(kPixels, 2, 2, 6, ARGES_PIXELS_RGB, &stage.image), ARGES_OK);
  }
  ~OpenStage() {
    arges_request_free(stage.request);
    arges_image_free(stage.image);
    arges_session_close(stage.session);
    arges_queue_close(stage.queue);
    arges_engine_close(stage.engine);
  }
  OpenStage(const OpenStage&) = delete;
  OpenStage& operator=(const OpenStage&) = delete;

  void submit() {
    with_message([&](arges_message* message) {
      return arges_generate(stage.session, &message, 1, nullptr, stage.queue, 1, &stage.request);
    });
  }

  Stage stage;
};

void race(const Function& first, const Function& second) {
  OpenStage open;
  open.submit();
  std::atomic<int> ready{0};
  const auto run = [&](const Function& function) {
    ++ready;
    while (ready < 2) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) {
      const arges_status status = function.call(open.stage);
      EXPECT_NE(status, ARGES_INTERNAL)
          << first.name << " beside " << second.name << ": " << arges_last_error_message();
    }
  };
  std::thread other([&] { run(second); });
  run(first);
  other.join();
}

TEST(Races, OfAnyTwoFunctionsOnTheSameHandlesHarmNobody) {
  const std::vector<Function> functions = all_functions();
  for (std::size_t i = 0; i < functions.size(); ++i) {
    for (std::size_t j = i; j < functions.size(); ++j) race(functions[i], functions[j]);
  }
  EXPECT_EQ(arges_set_log(nullptr, nullptr, 0), ARGES_OK);
}

// A callback that makes one call, on the handles it serves among others.
struct OneCall {
  static void on_event(void* user, const arges_event*) {
    auto& self = *static_cast<OneCall*>(user);
    std::unique_lock lock(self.mutex);
    self.changed.wait(lock, [&] { return self.set; });
    if (self.made) return;
    lock.unlock();
    const arges_status status = self.function.call(self.stage);
    lock.lock();
    self.status = status;
    self.made = true;
    self.changed.notify_all();
  }

  static void on_release(void* user) {
    auto& self = *static_cast<OneCall*>(user);
    const std::lock_guard lock(self.mutex);
    self.released = true;
    self.changed.notify_all();
  }

  Function function;
  Stage stage;
  std::mutex mutex;
  std::condition_variable changed;
  bool set = false;
  bool made = false;
  bool released = false;
  arges_status status = ARGES_OK;
};

TEST(Callbacks, MayCallEveryFunction) {
  for (const Function& function : all_functions()) {
    OneCall call;
    call.function = function;
    arges_queue_options options;
    arges_queue_options_init(&options, sizeof options);
    options.callback = &OneCall::on_event;
    options.callback_user = &call;
    options.release = &OneCall::on_release;
    OpenStage open(&options);
    open.submit();
    std::unique_lock lock(call.mutex);
    call.stage = open.stage;
    call.set = true;
    call.changed.notify_all();
    call.changed.wait(lock, [&] { return call.made; });
    EXPECT_NE(call.status, ARGES_INTERNAL) << function.name;
    lock.unlock();
    arges_queue_close(open.stage.queue);  // does nothing when the callback has closed it
    lock.lock();
    call.changed.wait(lock, [&] { return call.released; });
  }
}

}  // namespace
}  // namespace arges::bindings_test
