// SPDX-License-Identifier: Apache-2.0
// Sentences of arges.h that no other test has for its subject.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bindings_c/src/engine_handle.h"
#include "bindings_c/src/engine_settings.h"
#include "bindings_c/src/generate_settings.h"
#include "bindings_c/src/handles.h"
#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

class Claims : public testing::Test {
 protected:
  Claims() : model(scripted_model("said")), engine(open_engine(model)), world(engine) {}
  ~Claims() override {
    model->step_gate().open();
    arges_engine_close(engine);
  }

  std::shared_ptr<sdk::ScriptedModel> model;
  arges_engine* engine;
  World world;
};

TEST(QueueClaims, AThousandAndTwentyFourUnreadEndsMakeAQueueBusy) {
  arges_engine* engine = open_scripted_engine("");  // an answer without text waits for no room
  {
    World world(engine);
    for (int i = 0; i < 1024; ++i) {
      arges_request* request = nullptr;
      ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
                ARGES_OK);
      ASSERT_EQ(arges_request_wait(request, 60'000), ARGES_OK);
      arges_request_free(request);
    }
    EXPECT_EQ(submit(world.session, "one more", world.queue, 3), ARGES_BUSY);
    arges_engine_options options;
    arges_engine_options_init(&options, sizeof options);
    options.model_path = "no/such/folder";
    options.model_path_length = 14;
    arges_request* opening = nullptr;
    EXPECT_EQ(arges_engine_open_async(&options, world.queue, 4, &opening), ARGES_BUSY);
    EXPECT_EQ(opening, nullptr);
    EXPECT_NE(read_answer(world.queue, 2).end, 0u);
    EXPECT_EQ(submit(world.session, "one more", world.queue, 3), ARGES_OK);
  }
  arges_engine_close(engine);
}

TEST_F(Claims, ARefusedPartLeavesItsMessageAsItWas) {
  std::uint64_t before = 0;
  ASSERT_EQ(arges_count_tokens(engine, &world.message, 1, &before), ARGES_OK);
  EXPECT_EQ(arges_message_add_text(world.message, "\xFF", 1), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(arges_message_add_text(world.message, "x", 8'000'001), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(arges_message_add_image(world.message, nullptr), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(arges_message_add_image_bytes(world.message, "x", (20u << 20) + 1), ARGES_IMAGE_DECODE);
  std::uint64_t after = 0;
  ASSERT_EQ(arges_count_tokens(engine, &world.message, 1, &after), ARGES_OK);
  EXPECT_EQ(after, before);
}

TEST_F(Claims, AMessageKeepsThePixelsOfAnImageGivenBack) {
  ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
  arges_image_free(std::exchange(world.image, nullptr));
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, nullptr, world.queue, 2, &request),
            ARGES_OK);
  arges_message_free(std::exchange(world.message, nullptr));
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
  arges_stats stats{};
  stats.struct_size = sizeof stats;
  ASSERT_EQ(arges_engine_stats(engine, &stats), ARGES_OK);
  EXPECT_EQ(stats.images_encoded, 1u);
  arges_request_free(request);
}

TEST(ImageClaims, ASizeIsThatOfTheUprightPicture) {
  std::uint32_t sides[2][2] = {};
  for (int i = 0; i < 2; ++i) {
    std::ifstream file(
        ARGES_GOLDEN_DIR "/image/webp/orientation_" + std::to_string(i == 0 ? 1 : 6) + ".webp",
        std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    arges_image* image = nullptr;
    ASSERT_EQ(arges_image_decode(bytes.data(), bytes.size(), &image), ARGES_OK);
    ASSERT_EQ(arges_image_size(image, &sides[i][0], &sides[i][1]), ARGES_OK);
    arges_image_free(image);
  }
  EXPECT_NE(sides[0][0], sides[0][1]);
  EXPECT_EQ(sides[0][0], sides[1][1]) << "the same pixels are stored, and shown turned";
  EXPECT_EQ(sides[0][1], sides[1][0]);
}

TEST_F(Claims, AFileThatIsNoPictureHasNoTokens) {
  ASSERT_EQ(arges_message_add_image_bytes(world.message, "no picture", 10), ARGES_OK);
  std::uint64_t count = 7;
  EXPECT_EQ(arges_count_tokens(engine, &world.message, 1, &count), ARGES_IMAGE_DECODE);
  EXPECT_EQ(count, 7u);
}

TEST_F(Claims, ABiasOfMinusAHundredForbidsAToken) {
  const arges_logit_bias forbidden = {'s', -100.0f};
  arges_generate_options options;
  arges_generate_options_init(&options, sizeof options);
  options.logit_biases = &forbidden;
  options.logit_bias_count = 1;
  options.max_tokens = 4;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_generate(world.session, &world.message, 1, &options, world.queue, 2, &request),
            ARGES_OK);
  const Answer answer = read_answer(world.queue, 2);
  EXPECT_EQ(answer.end, ARGES_EVENT_DONE) << answer.reason;
  EXPECT_EQ(answer.generated_tokens, 4u);
  EXPECT_EQ(answer.text.find('s'), std::string::npos) << "though the model says \"said\"";
  arges_request_free(request);
}

TEST_F(Claims, TheNextEventFreesTheOneBefore) {
  ASSERT_EQ(submit(world.session, "hello", world.queue, 2), ARGES_OK);
  arges_event event;
  arges_event_init(&event, sizeof event);
  std::uint64_t last = 0;
  while (event.type < ARGES_EVENT_DONE) {
    ASSERT_EQ(arges_queue_next(world.queue, 60'000, &event), ARGES_OK);
    ASSERT_NE(event.storage, last);
    EXPECT_TRUE(bindings::taken_events().find(bindings::from_storage(event.storage)).ok());
    EXPECT_FALSE(bindings::taken_events().find(bindings::from_storage(last)).ok());
    last = event.storage;
  }
  arges_event_clear(&event);
  EXPECT_FALSE(bindings::taken_events().find(bindings::from_storage(last)).ok());
}

TEST(StatusNames, AreKnownOrUnknown) {
  EXPECT_STREQ(arges_status_name(ARGES_OK), "OK");
  EXPECT_STREQ(arges_status_name(ARGES_CONTEXT_FULL), "CONTEXT_FULL");
  EXPECT_STREQ(arges_status_name(ARGES_IO), "IO");
  for (const arges_status other : {-1, 16, 1 << 30}) {
    EXPECT_STREQ(arges_status_name(other), "UNKNOWN");
  }
}

TEST_F(Claims, AClosedEngineLeavesItsSessionsWithoutTokens) {
  std::uint64_t tokens = 0;
  ASSERT_EQ(arges_session_token_count(world.session, &tokens), ARGES_OK);
  EXPECT_GT(tokens, 0u);
  arges_engine_close(engine);
  ASSERT_EQ(arges_session_token_count(world.session, &tokens), ARGES_OK);
  EXPECT_EQ(tokens, 0u);
  EXPECT_EQ(submit(world.session, "hello?", world.queue, 2), ARGES_CLOSED);
}

TEST_F(Claims, OptionArraysMayGoWhenTheCallReturns) {
  model->step_gate().shut();
  auto stop = std::make_unique<std::string>("i");
  auto text = std::make_unique<arges_text>(arges_text{stop->data(), stop->size()});
  auto options = std::make_unique<arges_generate_options>();
  arges_generate_options_init(options.get(), sizeof *options);
  options->stop_strings = text.get();
  options->stop_string_count = 1;
  arges_request* request = nullptr;
  ASSERT_EQ(
      arges_generate(world.session, &world.message, 1, options.get(), world.queue, 2, &request),
      ARGES_OK);
  (*stop)[0] = 's';
  stop.reset();
  text.reset();
  options.reset();
  model->step_gate().open();
  EXPECT_EQ(read_answer(world.queue, 2).text, "sa");
  arges_request_free(request);
}

TEST_F(Claims, TailsThatTheLibraryDoesNotKnowAreZeroed) {
  struct {
    arges_model_info known;
    unsigned char tail[16];
  } later;
  std::memset(&later, 0xFF, sizeof later);
  later.known.struct_size = sizeof later;
  ASSERT_EQ(arges_engine_model_info(engine, &later.known), ARGES_OK);
  EXPECT_EQ(later.known.struct_size, sizeof later);
  for (const unsigned char byte : later.tail) EXPECT_EQ(byte, 0);
}

TEST_F(Claims, AnEventStructIsAsItWasWhenNoneWasTaken) {
  arges_event event;
  std::memset(&event, 0x5A, sizeof event);
  event.struct_size = sizeof event;
  const arges_event before = event;
  EXPECT_EQ(arges_queue_next(world.queue, 0, &event), ARGES_TIMEOUT);
  EXPECT_EQ(std::memcmp(&event, &before, sizeof event), 0);
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    arges_queue_close(world.queue);
  });
  EXPECT_EQ(arges_queue_next(world.queue, -1, &event), ARGES_CLOSED);
  closer.join();
  EXPECT_EQ(std::memcmp(&event, &before, sizeof event), 0);
}

TEST(ProgressClaims, CountThePromptUpToItsEnd) {
  sdk::EngineOptions options;
  options.prefill_chunk = 8;
  arges_engine* engine =
      bindings::wrap_engine(sdk::Engine::create(scripted_model("x"), options).value());
  {
    World world(engine);
    ASSERT_EQ(submit(world.session, std::string(50, 'y'), world.queue, 2), ARGES_OK);
    arges_event event;
    arges_event_init(&event, sizeof event);
    std::uint64_t done = 0;
    int events = 0;
    for (;;) {
      ASSERT_EQ(arges_queue_next(world.queue, 60'000, &event), ARGES_OK);
      if (event.type != ARGES_EVENT_PROGRESS) break;
      EXPECT_GT(event.prompt_done, done);
      EXPECT_GT(event.prompt_tokens, 50u);
      done = event.prompt_done;
      ++events;
    }
    EXPECT_EQ(done, event.prompt_tokens) << "the last one says that all is absorbed";
    EXPECT_GE(events, 7);
    arges_event_clear(&event);
  }
  arges_engine_close(engine);
}

TEST(ProgressClaims, OfAnAnswerIsSkippedWhenTheReaderIsSlow) {
  sdk::EngineOptions engine_options;
  engine_options.prefill_chunk = 8;
  const std::shared_ptr<sdk::ScriptedModel> model = scripted_model("x");
  arges_engine* engine = bindings::wrap_engine(sdk::Engine::create(model, engine_options).value());
  {
    World world(engine);
    arges_queue_options options;
    arges_queue_options_init(&options, sizeof options);
    options.capacity = 1;
    arges_queue* small = nullptr;
    ASSERT_EQ(arges_queue_create(&options, &small), ARGES_OK);
    const std::size_t before = model->steps().size();
    ASSERT_EQ(submit(world.session, std::string(50, 'y'), small, 2), ARGES_OK);
    arges_stats stats{};
    stats.struct_size = sizeof stats;
    while (stats.paused == 0) ASSERT_EQ(arges_engine_stats(engine, &stats), ARGES_OK);
    EXPECT_GE(model->steps().size() - before, 7u) << "nothing has been read so far";
    arges_event event;
    arges_event_init(&event, sizeof event);
    int progress = 0;
    while (event.type < ARGES_EVENT_DONE) {
      ASSERT_EQ(arges_queue_next(small, 60'000, &event), ARGES_OK);
      if (event.type == ARGES_EVENT_PROGRESS) ++progress;
    }
    EXPECT_EQ(event.type, ARGES_EVENT_DONE);
    EXPECT_EQ(progress, 1) << "the one for which there was room";
    arges_event_clear(&event);
    arges_queue_close(small);
  }
  arges_engine_close(engine);
}

template <typename Options>
void expect_zero_but_the_size(arges_status (*init)(Options*, std::uint64_t)) {
  Options options;
  std::memset(static_cast<void*>(&options), 0xFF, sizeof options);
  ASSERT_EQ(init(&options, sizeof options), ARGES_OK);
  EXPECT_EQ(options.struct_size, sizeof options);
  options.struct_size = 0;
  const Options zero = {};
  EXPECT_EQ(std::memcmp(&options, &zero, sizeof zero), 0);
}

// No struct has padding; see arges_header_*.
TEST(OptionClaims, InitFunctionsWriteZeroEverywhereButInTheSize) {
  expect_zero_but_the_size(arges_engine_options_init);
  expect_zero_but_the_size(arges_queue_options_init);
  expect_zero_but_the_size(arges_session_options_init);
  expect_zero_but_the_size(arges_event_init);
}

// Each field has a number of its own, so that no two can stand for each other.
TEST(OptionClaims, EveryGenerateOptionReachesItsPlace) {
  const arges_logit_bias bias = {7, 1.5f};
  const std::int32_t stop = 11;
  arges_generate_options options;
  arges_generate_options_init(&options, sizeof options);
  options.max_tokens = 21;
  options.temperature = 0.1f;
  options.top_k = 22;
  options.top_p = 0.2f;
  options.min_p = 0.3f;
  options.repetition_penalty = 0.4f;
  options.presence_penalty = 0.5f;
  options.frequency_penalty = 0.6f;
  options.seed = 23;
  options.deadline_ms = 24;
  options.priority = -25;
  options.stop_tokens = &stop;
  options.stop_token_count = 1;
  options.logit_biases = &bias;
  options.logit_bias_count = 1;
  const sdk::GenerateOptions read = bindings::read_generate_options(options).value();
  EXPECT_EQ(read.max_tokens, 21);
  EXPECT_EQ(read.sampling.temperature, 0.1f);
  EXPECT_EQ(read.sampling.top_k, 22);
  EXPECT_EQ(read.sampling.top_p, 0.2f);
  EXPECT_EQ(read.sampling.min_p, 0.3f);
  EXPECT_EQ(read.sampling.repetition_penalty, 0.4f);
  EXPECT_EQ(read.sampling.presence_penalty, 0.5f);
  EXPECT_EQ(read.sampling.frequency_penalty, 0.6f);
  EXPECT_EQ(read.sampling.seed, 23u);
  EXPECT_EQ(read.deadline.count(), 24);
  EXPECT_EQ(read.priority, -25);
  EXPECT_EQ(read.stop_tokens, std::vector<language::TokenId>{11});
  ASSERT_EQ(read.sampling.logit_bias.size(), 1u);
  EXPECT_EQ(read.sampling.logit_bias[0].first, 7);
  EXPECT_EQ(read.sampling.logit_bias[0].second, 1.5f);
}

TEST(OptionClaims, EveryEngineOptionReachesItsPlace) {
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = "folder";
  options.model_path_length = 6;
  options.device = "reference";
  options.device_length = 9;
  options.threads = 31;
  options.max_context = 32;
  options.prefill_chunk = 33;
  options.max_sessions = 34;
  options.device_index = 35;
  options.files = ARGES_FILES_READ;
  options.weight_format = "stored";
  options.weight_format_length = 6;
  options.memory_budget = 36;
  options.device_budget = 37;
  options.checkpoint_budget = 38;
  const bindings::EngineSettings read = bindings::read_engine_options(options).value();
  EXPECT_EQ(read.model.path, "folder");
  EXPECT_EQ(read.model.device, "reference");
  EXPECT_EQ(read.model.threads, 31);
  EXPECT_EQ(read.model.max_context, 32);
  EXPECT_EQ(read.engine.prefill_chunk, 33);
  EXPECT_EQ(read.engine.max_sessions, 34);
  EXPECT_EQ(read.model.device_index, 35);
  EXPECT_EQ(read.model.access, sdk::FileAccess::kRead);
  EXPECT_EQ(read.model.weight_format, "stored");
  EXPECT_EQ(read.model.memory_budget, 36);
  EXPECT_EQ(read.model.device_budget, 37);
  EXPECT_EQ(read.engine.checkpoint_budget, 38);
}

TEST(OptionClaims, WhatThisBuildCannotHonourIsUnsupported) {
  const std::string folder = ARGES_SOURCE_DIR "/models/pocket";
  using Options = arges_engine_options;
  const std::vector<void (*)(Options&)> changes = {
      [](Options& o) { o.device_index = 1; },
      [](Options& o) { o.memory_budget = std::uint64_t{1} << 60; },
      [](Options& o) { o.device_budget = std::uint64_t{1} << 60; },
      [](Options& o) { o.weight_format = "int4", o.weight_format_length = 4; },
      [](Options& o) { o.device = "abacus", o.device_length = 6; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Options options;
    arges_engine_options_init(&options, sizeof options);
    options.model_path = folder.data();
    options.model_path_length = folder.size();
    changes[i](options);
    arges_engine* engine = nullptr;
    EXPECT_EQ(arges_engine_open(&options, &engine), ARGES_UNSUPPORTED) << i;
    EXPECT_EQ(engine, nullptr) << i;
  }
}

// What a loading says of its way, and after how many words it is stopped.
struct Loading {
  static std::int32_t on_progress(void* user, std::uint64_t done, std::uint64_t total) {
    auto& self = *static_cast<Loading*>(user);
    EXPECT_LE(done, total);
    EXPECT_GE(done, self.done);
    EXPECT_EQ(self.thread, std::this_thread::get_id()) << "the one that loads";
    self.done = done;
    self.total = total;
    if (self.throws) throw std::runtime_error("of the caller");
    return ++self.calls >= self.stop_at ? 1 : 0;
  }
  arges_status open() {
    const std::string folder = ARGES_SOURCE_DIR "/models/pocket";
    arges_engine_options options;
    arges_engine_options_init(&options, sizeof options);
    options.model_path = folder.data();
    options.model_path_length = folder.size();
    options.progress = &Loading::on_progress;
    options.progress_user = this;
    arges_engine* engine = nullptr;
    const arges_status status = arges_engine_open(&options, &engine);
    arges_engine_close(engine);
    return status;
  }

  const std::thread::id thread = std::this_thread::get_id();
  bool throws = false;
  int stop_at = 1'000'000;
  int calls = 0;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

TEST(LoadingClaims, ProgressRisesToTheTotalAndCanStop) {
  if (!std::filesystem::exists(ARGES_SOURCE_DIR "/models/pocket/model.safetensors")) {
    GTEST_SKIP() << "models/pocket has no weights";
  }
  Loading whole;
  EXPECT_EQ(whole.open(), ARGES_OK);
  EXPECT_GT(whole.calls, 1);
  EXPECT_EQ(whole.done, whole.total);
  Loading stopped;
  stopped.stop_at = 2;
  EXPECT_EQ(stopped.open(), ARGES_CANCELLED);
  EXPECT_EQ(stopped.calls, 2);
  Loading thrown;
  thrown.throws = true;
  EXPECT_EQ(thrown.open(), ARGES_CANCELLED);
}

TEST(EngineClaims, MaxSessionsAreOpenAndNoMore) {
  sdk::EngineOptions options;
  options.max_sessions = 1;
  arges_engine* engine =
      bindings::wrap_engine(sdk::Engine::create(scripted_model("x"), options).value());
  {
    const World world(engine);
    arges_session* second = nullptr;
    EXPECT_EQ(arges_session_create(engine, &second), ARGES_BUSY);
    EXPECT_EQ(second, nullptr);
  }
  arges_session* next = nullptr;
  EXPECT_EQ(arges_session_create(engine, &next), ARGES_OK);
  arges_session_close(next);
  arges_engine_close(engine);
}

// The turns of a session that still have a checkpoint behind three questions.
std::vector<std::uint32_t> checkpoints_behind_three_turns(arges_engine* engine,
                                                          const arges_session_options* options) {
  arges_session* session = nullptr;
  EXPECT_EQ(arges_session_create_with(engine, options, &session), ARGES_OK);
  arges_queue* queue = nullptr;
  EXPECT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  std::vector<std::uint32_t> kept;
  for (std::uint64_t turn = 0; turn < 3; ++turn) {
    EXPECT_EQ(submit(session, "question", queue, turn), ARGES_OK);
    EXPECT_EQ(read_answer(queue, turn).end, ARGES_EVENT_DONE);
  }
  for (std::uint64_t turn = 0; turn < 3; ++turn) {
    arges_turn_info info{};
    info.struct_size = sizeof info;
    EXPECT_EQ(arges_session_turn(session, turn, &info), ARGES_OK);
    kept.push_back(info.has_checkpoint);
  }
  arges_session_close(session);
  arges_queue_close(queue);
  return kept;
}

TEST(SessionClaims, OptionsReachTheSession) {
  arges_engine* engine = open_scripted_engine("x");
  arges_session_options options;
  ASSERT_EQ(arges_session_options_init(&options, sizeof options), ARGES_OK);
  const std::vector<std::uint32_t> all = {1, 1, 1};
  EXPECT_EQ(checkpoints_behind_three_turns(engine, nullptr), all);
  EXPECT_EQ(checkpoints_behind_three_turns(engine, &options), all) << "0 means the default";
  options.checkpoints = 2;
  EXPECT_EQ(checkpoints_behind_three_turns(engine, &options),
            (std::vector<std::uint32_t>{0, 1, 1}));
  arges_engine_close(engine);
}

}  // namespace
}  // namespace arges::bindings_test
