// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "language/text/utf8.h"
#include "sdk/runtime/log.h"
#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

arges_stats stats_of(const arges_engine* engine) {
  arges_stats stats{};
  stats.struct_size = sizeof stats;
  EXPECT_EQ(arges_engine_stats(engine, &stats), ARGES_OK);
  return stats;
}

arges_engine_info info_of(const arges_engine* engine) {
  arges_engine_info info{};
  info.struct_size = sizeof info;
  EXPECT_EQ(arges_engine_get_info(engine, &info), ARGES_OK);
  return info;
}

class EngineFacts : public testing::Test {
 protected:
  EngineFacts() : model(scripted_model("twelve bytes")), engine(open_engine(model)) {}
  ~EngineFacts() override {
    model->step_gate().open();
    arges_engine_close(engine);
  }

  std::shared_ptr<sdk::ScriptedModel> model;
  arges_engine* engine;
};

TEST_F(EngineFacts, SayWhatRunsTheModelAndWhy) {
  const arges_engine_info info = info_of(engine);
  EXPECT_STREQ(info.device, "scripted");
  EXPECT_STREQ(info.device_reason, "a test asked for it");
  EXPECT_EQ(info.prefill_chunk, 256u);
  EXPECT_EQ(info.threads, 1u);
}

TEST_F(EngineFacts, CountWhatAnEngineHasDone) {
  EXPECT_EQ(stats_of(engine).done, 0u);
  World world(engine);  // one request of one text
  const arges_stats before = stats_of(engine);
  EXPECT_EQ(before.sessions, 1u);
  EXPECT_EQ(before.done, 1u);
  EXPECT_EQ(before.generated_tokens, 13u) << "twelve bytes and the end";
  EXPECT_GT(before.steps, 12u);
  EXPECT_GT(before.session_bytes, 0u);
  ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
            ARGES_OK);
  arges_request_free(request);
  read_answer(world.queue, 2);
  const arges_stats after = stats_of(engine);
  EXPECT_EQ(after.done, 2u);
  EXPECT_EQ(after.images_encoded, 1u);
  EXPECT_GT(after.prompt_tokens, before.prompt_tokens);
  EXPECT_EQ(after.cancelled + after.failed, 0u);
}

TEST_F(EngineFacts, CountRequestsByWhatTheyAreIn) {
  World world(engine);
  model->step_gate().shut();
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
            ARGES_OK);
  model->step_gate().wait_until_held();
  EXPECT_EQ(stats_of(engine).prefilling, 1u);
  EXPECT_GT(stats_of(engine).request_bytes, 0u);
  model->step_gate().let(2);
  model->step_gate().wait_until_held();
  EXPECT_EQ(stats_of(engine).decoding, 1u);
  arges_request_cancel(request);
  model->step_gate().open();
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_CANCELLED);
  EXPECT_EQ(stats_of(engine).cancelled, 1u);
  arges_request_free(request);
}

// The conversation's own state, the one that the answer changes, and the one to go back to.
TEST_F(EngineFacts, CountThreeStatesOfASessionThatGenerates) {
  World world(engine);
  arges_model_info info = {};
  info.struct_size = sizeof info;
  ASSERT_EQ(arges_engine_model_info(engine, &info), ARGES_OK);
  model->step_gate().shut();
  ASSERT_EQ(submit(world.session, "again", world.queue, 2), ARGES_OK);
  model->step_gate().wait_until_held();
  while (stats_of(engine).decoding == 0) {
    model->step_gate().let(1);
    model->step_gate().wait_until_held();
  }
  const arges_stats stats = stats_of(engine);
  const std::uint64_t kept = stats.session_bytes + stats.request_bytes;
  EXPECT_GE(kept, 3 * info.session_state_bytes);
  EXPECT_LT(kept, 4 * info.session_state_bytes + 2 * info.kv_bytes_per_token * 100);
  model->step_gate().open();
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
}

// Keeps what is logged while it lives.
struct Lines {
  explicit Lines(std::uint32_t level) {
    EXPECT_EQ(arges_set_log(&Lines::on_line, this, level), ARGES_OK);
  }
  ~Lines() { arges_set_log(nullptr, nullptr, 0); }
  static void on_line(void* user, std::uint32_t level, const char* text, std::uint64_t length) {
    auto& self = *static_cast<Lines*>(user);
    self.threads.push_back(std::this_thread::get_id());
    self.levels.push_back(level);
    self.lines.emplace_back(text, length);
    sdk::log(sdk::LogLevel::kError, "from within the log");
  }

  std::vector<std::thread::id> threads;
  std::vector<std::uint32_t> levels;
  std::vector<std::string> lines;
};

TEST(Log, GivesLinesOfItsLevelAndBelowAndNoneFromWithinItself) {
  {
    const Lines lines(ARGES_LOG_WARNING);
    sdk::log(sdk::LogLevel::kError, "an error");
    sdk::log(sdk::LogLevel::kInfo, "not wanted");
    sdk::log(sdk::LogLevel::kWarning, "a warning");
    EXPECT_EQ(lines.lines, (std::vector<std::string>{"an error", "a warning"}));
    EXPECT_EQ(lines.levels, (std::vector<std::uint32_t>{ARGES_LOG_ERROR, ARGES_LOG_WARNING}));
  }
  sdk::log(sdk::LogLevel::kError, "to nobody");
}

TEST(Log, DefaultLevelIsWarning) {
  const Lines lines(0);
  sdk::log(sdk::LogLevel::kInfo, "not wanted");
  sdk::log(sdk::LogLevel::kWarning, "a warning");
  EXPECT_EQ(lines.lines.size(), 1u);
}

TEST(Log, MayBeEndedFromWithin) {
  arges_set_log(
      [](void*, std::uint32_t, const char*, std::uint64_t) { arges_set_log(nullptr, nullptr, 0); },
      nullptr, ARGES_LOG_DEBUG);
  sdk::log(sdk::LogLevel::kDebug, "the last line");
  EXPECT_FALSE(sdk::logs(sdk::LogLevel::kError));
}

// A line that was on its way to the former log, while that one hands over to one of errors alone.
TEST(Log, ThatIsNewGetsNoLineAboveItsLevel) {
  static int lines;
  static std::thread late;
  lines = 0;
  const auto next = [](void*, std::uint32_t, const char*, std::uint64_t) { ++lines; };
  const auto hand_over = [](void* log, std::uint32_t, const char*, std::uint64_t) {
    late = std::thread([] { sdk::log(sdk::LogLevel::kDebug, "late"); });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    arges_set_log(*static_cast<arges_log_fn*>(log), nullptr, ARGES_LOG_ERROR);
  };
  arges_log_fn of_errors = next;
  arges_set_log(hand_over, &of_errors, ARGES_LOG_DEBUG);
  sdk::log(sdk::LogLevel::kDebug, "the first line");
  late.join();
  arges_set_log(nullptr, nullptr, 0);
  EXPECT_EQ(lines, 0);
}

// A log that holds the thread that writes to it.
struct HeldLog {
  static void on_line(void* user, std::uint32_t, const char*, std::uint64_t) {
    auto& self = *static_cast<HeldLog*>(user);
    self.entered.set_value();
    self.go.get_future().wait();
    self.left = true;
  }

  std::promise<void> entered;
  std::promise<void> go;
  std::atomic<bool> left{false};
};

TEST(Log, IsChangedOnlyWhenNobodyIsInsideIt) {
  HeldLog log;
  ASSERT_EQ(arges_set_log(&HeldLog::on_line, &log, ARGES_LOG_DEBUG), ARGES_OK);
  std::thread writer([] { sdk::log(sdk::LogLevel::kDebug, "held"); });
  log.entered.get_future().wait();
  std::atomic<bool> changed{false};
  std::thread changer([&] {
    arges_set_log(nullptr, nullptr, 0);
    EXPECT_TRUE(log.left) << "the call of the former function is over";
    changed = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(changed);
  log.go.set_value();
  changer.join();
  writer.join();
  EXPECT_TRUE(changed);
}

class RealEngine : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kPocket + "/model.safetensors")) {
      GTEST_SKIP() << kPocket << " has no weights";
    }
  }
  // `folder` must live as long as the options.
  static arges_engine_options options_for(const std::string& folder) {
    arges_engine_options options;
    arges_engine_options_init(&options, sizeof options);
    options.model_path = folder.data();
    options.model_path_length = folder.size();
    options.threads = 2;
    return options;
  }

  const std::string kPocket = ARGES_SOURCE_DIR "/models/pocket";
};

TEST_F(RealEngine, OpenedInTheBackgroundIsLoggedOnTheThreadThatOpensIt) {
  const Lines lines(ARGES_LOG_INFO);
  const arges_engine_options options = options_for(kPocket);
  arges_queue* queue = nullptr;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  ASSERT_EQ(arges_engine_open_async(&options, queue, 1, &request), ARGES_OK);
  EXPECT_EQ(read_answer(queue, 1).end, ARGES_EVENT_DONE);
  arges_request_free(request);
  arges_queue_close(queue);
  ASSERT_EQ(lines.lines.size(), 1u);
  EXPECT_EQ(lines.lines[0].find("opened"), 0u);
  EXPECT_NE(lines.threads[0], std::this_thread::get_id());
}

TEST_F(RealEngine, OfAFolderWithAnOddNameIsLoggedAsOneLineOfUtf8) {
  const std::string folder = testing::TempDir() + "arges_m\xFF\nodel" + std::to_string(getpid());
  std::filesystem::create_directory_symlink(kPocket, folder);
  const Lines lines(ARGES_LOG_DEBUG);
  const arges_engine_options options = options_for(folder);
  arges_engine* engine = nullptr;
  EXPECT_EQ(arges_engine_open(&options, &engine), ARGES_OK) << arges_last_error_message();
  arges_engine_close(engine);
  std::filesystem::remove(folder);
  ASSERT_FALSE(lines.lines.empty());
  for (const std::string& line : lines.lines) {
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_TRUE(language::check_utf8(line, "the line").ok()) << line;
  }
}

TEST_F(RealEngine, HoldsItsSessionsToTheContextAskedFor) {
  std::vector<std::uint64_t> held;
  for (const std::uint64_t asked : {0, 100, 1'000'000'000}) {
    arges_engine_options options = options_for(kPocket);
    options.max_context = asked;
    arges_engine* engine = nullptr;
    ASSERT_EQ(arges_engine_open(&options, &engine), ARGES_OK) << arges_last_error_message();
    arges_model_info info{};
    info.struct_size = sizeof info;
    EXPECT_EQ(arges_engine_model_info(engine, &info), ARGES_OK);
    held.push_back(info.max_context);
    if (asked == 100) {
      EXPECT_EQ(ask(engine, std::string(200, '.') + " a b c").status, ARGES_CONTEXT_FULL);
    }
    arges_engine_close(engine);
  }
  EXPECT_GT(held[0], 100u);
  EXPECT_EQ(held[1], 100u);
  EXPECT_EQ(held[2], held[0]) << "no more than the model was made for";
}

TEST_F(RealEngine, SaysOnceWhichDeviceItTookAndHonoursItsOptions) {
  const Lines lines(ARGES_LOG_INFO);
  for (const std::uint32_t files : {ARGES_FILES_MAP, ARGES_FILES_READ}) {
    arges_engine_options options = options_for(kPocket);
    options.prefill_chunk = 64;
    options.files = files;
    options.device = "cpu";
    options.device_length = 3;
    options.weight_format = "stored";
    options.weight_format_length = 6;
    arges_engine* engine = nullptr;
    ASSERT_EQ(arges_engine_open(&options, &engine), ARGES_OK) << arges_last_error_message();
    const arges_engine_info info = info_of(engine);
    EXPECT_STREQ(info.device, "cpu");
    EXPECT_STRNE(info.device_reason, "");
    EXPECT_STRNE(info.instruction_set, "");
    EXPECT_STRNE(info.weight_format, "");
    EXPECT_EQ(info.threads, 2u);
    EXPECT_EQ(info.prefill_chunk, 64u);
    EXPECT_GT(info.weight_bytes, 100'000u);
    EXPECT_EQ(stats_of(engine).weight_bytes, info.weight_bytes);
    EXPECT_EQ(ask(engine, "hello").end, ARGES_EVENT_DONE);
    EXPECT_GT(stats_of(engine).workspace_bytes, 0u);
    arges_engine_close(engine);
  }
  ASSERT_EQ(lines.lines.size(), 2u);
  EXPECT_NE(lines.lines[0].find("on cpu"), std::string::npos) << lines.lines[0];
}

}  // namespace
}  // namespace arges::bindings_test
