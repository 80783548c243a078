// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

constexpr char kPocket[] = ARGES_SOURCE_DIR "/models/pocket";

// Every function that answers with a status, with handles and arguments that are right.
std::vector<std::function<arges_status()>> all_calls(World& world, arges_event& event) {
  static const unsigned char kPixels[12] = {};
  static arges_engine_options engine_options = {};
  static arges_queue_options queue_options = {};
  static arges_generate_options generate_options = {};
  static arges_session_options session_options = {};
  static arges_model_info info = {sizeof info, 0, 0, 0, 0, 0};
  static arges_engine_info engine_info = {};
  static arges_stats stats = {};
  static arges_event fresh_event = {};
  static arges_image_plan plan = {};
  static arges_reuse reuse = {};
  static arges_turn_info turn = {sizeof turn, 0, 0, 0, 0};
  static std::uint64_t count = 0;
  static std::uint32_t side = 0;
  return {
      [] { return arges_abi_check(ARGES_ABI_VERSION); },
      [] { return arges_engine_options_init(&engine_options, sizeof engine_options); },
      [] {
        arges_engine* out = nullptr;
        return arges_engine_open(&engine_options, &out);
      },
      [&] {
        arges_request* out = nullptr;
        return arges_engine_open_async(&engine_options, world.queue, 4, &out);
      },
      [&] {
        arges_engine* out = nullptr;
        return arges_request_take_engine(world.request, &out);
      },
      [&] { return arges_engine_model_info(world.engine, &info); },
      [&] { return arges_engine_get_info(world.engine, &engine_info); },
      [&] { return arges_engine_stats(world.engine, &stats); },
      [&] { return arges_count_tokens(world.engine, &world.message, 1, &count); },
      [&] { return arges_tokenize(world.engine, "x", 1, nullptr, 0, &count); },
      [&] { return arges_detokenize(world.engine, nullptr, 0, nullptr, 0, &count); },
      [] { return arges_set_log(nullptr, nullptr, 0); },
      [&] { return arges_queue_next_many(world.queue, 0, &event, 1, &count); },
      [] {
        arges_image* out = nullptr;
        return arges_image_from_pixels(kPixels, 2, 2, 6, ARGES_PIXELS_RGB, &out);
      },
      [] {
        arges_image* out = nullptr;
        return arges_image_from_nv12(kPixels, 2, kPixels, 2, 2, 2, &out);
      },
      [] {
        arges_image* out = nullptr;
        return arges_image_decode(kPixels, sizeof kPixels, &out);
      },
      [&] { return arges_image_plan_for_size(world.engine, 2, 2, &plan); },
      [&] { return arges_image_size(world.image, &side, &side); },
      [] {
        arges_message* out = nullptr;
        return arges_message_create(ARGES_ROLE_USER, &out);
      },
      [&] { return arges_message_add_text(world.message, "x", 1); },
      [&] { return arges_message_add_image(world.message, world.image); },
      [&] { return arges_message_add_image_bytes(world.message, kPixels, sizeof kPixels); },
      [] { return arges_queue_options_init(&queue_options, sizeof queue_options); },
      [] {
        arges_queue* out = nullptr;
        return arges_queue_create(nullptr, &out);
      },
      [] { return arges_event_init(&fresh_event, sizeof fresh_event); },
      [&] { return arges_queue_next(world.queue, 0, &event); },
      [&] {
        arges_session* out = nullptr;
        return arges_session_create(world.engine, &out);
      },
      [] { return arges_session_options_init(&session_options, sizeof session_options); },
      [&] {
        arges_session* out = nullptr;
        return arges_session_create_with(world.engine, nullptr, &out);
      },
      [&] { return arges_session_token_count(world.session, &count); },
      [&] {
        arges_session* out = nullptr;
        return arges_session_fork(world.session, &out);
      },
      [&] { return arges_session_rewind(world.session, 0); },
      [&] { return arges_session_reuse(world.session, &world.message, 1, &reuse); },
      [&] { return arges_session_turn(world.session, 0, &turn); },
      [] { return arges_generate_options_init(&generate_options, sizeof generate_options); },
      [&] {
        arges_request* out = nullptr;
        return arges_generate(world.session, &world.message, 1, nullptr, world.queue, 3, &out);
      },
      [&] {
        arges_request* out = nullptr;
        return arges_session_add(world.session, &world.message, 1, world.queue, 5, &out);
      },
      [&] {
        arges_request* out = nullptr;
        return arges_session_save(world.session, "a/b", 3, world.queue, 6, &out);
      },
      [&] {
        arges_request* out = nullptr;
        return arges_session_load(world.session, "a/b", 3, world.queue, 7, &out);
      },
      [&] { return arges_request_cancel(world.request); },
      [&] { return arges_request_wait(world.request, -1); },
  };
}

// What the child does; its exit status. No test macro here: it must not touch what the parent
// holds.
int use_everything(World& world, arges_engine* engine, arges_event& event) {
  int problems = 0;
  for (const auto& call : all_calls(world, event)) {
    if (call() != ARGES_UNSUPPORTED) ++problems;
  }
  if (arges_queue_fd(world.queue) != -1) ++problems;
  if (arges_last_error_message()[0] == 0) ++problems;
  arges_event_clear(&event);
  arges_request_free(world.request);
  arges_message_free(world.message);
  arges_image_free(world.image);
  arges_session_close(world.session);
  arges_queue_close(world.queue);
  arges_engine_close(engine);
  return problems;
}

// What a child of this process makes of `work`; -1 when it did not come to an end.
int run_in_child(int (*work)()) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = -1;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

int answer_a_question() {
  arges_engine* engine = open_scripted_engine("in the child");
  const bool answered = ask(engine, "hello").text == "in the child";
  arges_engine_close(engine);
  return answered ? 0 : 1;
}

int be_refused() {
  return arges_abi_check(ARGES_ABI_VERSION) == ARGES_UNSUPPORTED ? 0 : 1;
}

int fork_without_handles() {
  arges_engine_options options;
  arges_session* session = nullptr;
  if (arges_engine_options_init(&options, sizeof options) != ARGES_OK) return 2;
  if (arges_session_create(nullptr, &session) != ARGES_INVALID_ARGUMENT) return 3;
  return run_in_child(answer_a_question);
}

int fork_with_a_log() {
  arges_set_log([](void*, std::uint32_t, const char*, std::uint64_t) {}, nullptr, 0);
  return run_in_child(be_refused);
}

int fork_while_opening() {
  const std::string folder = kPocket;
  int outcome = -1;
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = folder.data();
  options.model_path_length = folder.size();
  options.progress_user = &outcome;
  options.progress = [](void* user, std::uint64_t, std::uint64_t) {
    *static_cast<int*>(user) = run_in_child(be_refused);
    return 1;  // enough
  };
  arges_engine* engine = nullptr;
  return arges_engine_open(&options, &engine) == ARGES_CANCELLED ? outcome : 2;
}

// Each in a process of its own, in which nothing has been called yet.
class ForkOfAFreshProcess : public testing::Test {
 protected:
  ForkOfAFreshProcess() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ForkOfAFreshProcess, ThatNeverHadAHandleIsFree) {
  EXPECT_EXIT(_exit(fork_without_handles()), testing::ExitedWithCode(0), "");
}

TEST_F(ForkOfAFreshProcess, ThatHasSetALogIsRefused) {
  EXPECT_EXIT(_exit(fork_with_a_log()), testing::ExitedWithCode(0), "");
}

TEST_F(ForkOfAFreshProcess, ThatIsOpeningItsFirstEngineIsRefused) {
  if (!std::filesystem::exists(std::string(kPocket) + "/model.safetensors")) {
    GTEST_SKIP() << kPocket << " has no weights";
  }
  EXPECT_EXIT(_exit(fork_while_opening()), testing::ExitedWithCode(0), "");
}

TEST(Fork, AChildIsRefusedAndItsParentNoticesNothing) {
  auto model = scripted_model("untouched");
  arges_engine* engine = open_engine(model);
  {
    World world(engine);
    model->step_gate().shut();
    ASSERT_EQ(submit(world.session, "hello", world.queue, 2), ARGES_OK);
    model->step_gate().let(1);
    model->step_gate().wait_until_held();
    pollfd waiting = {arges_queue_fd(world.queue), POLLIN, 0};
    ASSERT_EQ(poll(&waiting, 1, 60'000), 1);
    arges_event event;
    arges_event_init(&event, sizeof event);
    ASSERT_EQ(arges_queue_next(world.queue, 60'000, &event), ARGES_OK);
    model->step_gate().let(2);
    model->step_gate().wait_until_held();
    ASSERT_EQ(poll(&waiting, 1, 60'000), 1);
    const pid_t child = fork();
    if (child == 0) _exit(use_everything(world, engine, event));
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status)) << status;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(poll(&waiting, 1, 0), 1) << "the child has not lowered the shared descriptor";
    model->step_gate().open();
    EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
    arges_event_clear(&event);
  }
  EXPECT_EQ(ask(engine, "and now?").text, "untouched");
  arges_engine_close(engine);
}

}  // namespace
}  // namespace arges::bindings_test
