// SPDX-License-Identifier: Apache-2.0
// A program may end whenever it likes, whatever the library is at: it takes nothing down with it
// that its threads still use.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "bindings_c/include/arges/arges.h"

extern char** environ;

namespace arges::bindings_test {
namespace {

const std::string kPocket = std::string(ARGES_SOURCE_DIR) + "/models/pocket";

arges_engine_options options_for(const std::string& folder) {
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = folder.data();
  options.model_path_length = folder.size();
  options.threads = 2;
  return options;
}

void leave_after_first_piece(void*, const arges_event* event) {
  if (event->type == ARGES_EVENT_TEXT) std::exit(0);
}

arges_queue* make_queue(arges_event_fn callback) {
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback = callback;
  arges_queue* queue = nullptr;
  arges_queue_create(&options, &queue);
  return queue;
}

void begin_opening() {
  const arges_engine_options options = options_for(kPocket);
  arges_request* request = nullptr;
  arges_engine_open_async(&options, make_queue(nullptr), 1, &request);
}

void begin_answer(arges_event_fn callback) {
  const arges_engine_options options = options_for(kPocket);
  arges_engine* engine = nullptr;
  arges_session* session = nullptr;
  arges_message* message = nullptr;
  arges_request* request = nullptr;
  const std::string text(2000, 'a');
  arges_engine_open(&options, &engine);
  arges_session_create(engine, &session);
  arges_message_create(ARGES_ROLE_USER, &message);
  arges_message_add_text(message, text.data(), text.size());
  arges_generate(session, &message, 1, nullptr, make_queue(callback), 1, &request);
}

// What the child does; its exit is what is tested.
int leave(const std::string& what, int milliseconds) {
  if (what == "opening") begin_opening();
  if (what == "answer") begin_answer(nullptr);
  if (what == "callback") begin_answer(&leave_after_first_piece);
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return 0;
}

// The status of a program like this one that leaves; -1 when a signal ended it.
int status_of_child(const std::string& what, int milliseconds) {
  std::string self = "/proc/self/exe";
  std::string delay = std::to_string(milliseconds);
  std::string first = what;
  char* const arguments[] = {self.data(), first.data(), delay.data(), nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, self.c_str(), nullptr, nullptr, arguments, environ) != 0) return -1;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Exiting : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(During, Exiting, testing::Values("opening", "answer", "callback"));

TEST_P(Exiting, HarmsNoThreadThatStillWorks) {
  if (!std::filesystem::exists(kPocket + "/model.safetensors")) {
    GTEST_SKIP() << kPocket << " has no weights";
  }
  for (const int milliseconds : {0, 1, 2, 5, 10, 20, 50, 100}) {
    EXPECT_EQ(status_of_child(GetParam(), milliseconds), 0) << milliseconds << " ms";
  }
}

}  // namespace
}  // namespace arges::bindings_test

int main(int argc, char** argv) {
  const std::string first = argc == 3 ? argv[1] : "-";
  if (!first.starts_with("-")) return arges::bindings_test::leave(first, std::atoi(argv[2]));
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
