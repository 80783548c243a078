// SPDX-License-Identifier: Apache-2.0
// Engines that are opened in the background.
#include "bindings_c/src/opening.h"

#include <gtest/gtest.h>
#include <arges/arges.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "bindings_c/src/handles.h"
#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

using bindings::Opening;
using sdk::Event;
using sdk::EventType;

const std::string kPocket = ARGES_SOURCE_DIR "/models/pocket";

// An opening that reports one weight and is then held until it is let go.
struct Held {
  Held() {
    const auto open =
        [this](const sdk::LoadProgress& progress) -> Result<std::shared_ptr<sdk::Engine>> {
      if (!progress(1, 3)) return Status(StatusCode::kCancelled, "cancelled");
      begun.set_value();
      go.get_future().wait();
      if (!progress(2, 3)) return Status(StatusCode::kCancelled, "cancelled");
      auto made = scripted_model("opened");
      model = made;
      return sdk::Engine::create(std::move(made), {});
    };
    opening = Opening::start(open, events, 7).value();
    begun.get_future().wait();
  }
  ~Held() { opening->wait(std::chrono::milliseconds(-1)); }

  Event next() const { return events->next(std::chrono::milliseconds(-1)).value(); }

  std::promise<void> begun;
  std::promise<void> go;
  std::shared_ptr<sdk::EventQueue> events = sdk::EventQueue::create(2).value();
  std::shared_ptr<Opening> opening;
  std::weak_ptr<sdk::Model> model;  // of the engine opened
};

TEST(Opening, ReportsBytesAndHandsItsEngineOverOnce) {
  Held held;
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kBusy);
  constexpr std::chrono::milliseconds kHeld(3);
  std::this_thread::sleep_for(kHeld);
  held.go.set_value();
  for (std::uint64_t done = 1; done < 3; ++done) {
    const Event event = held.next();
    EXPECT_EQ(event.type, EventType::kProgress);
    EXPECT_EQ(event.tag, 7u);
    EXPECT_EQ(event.prompt_done, done);
    EXPECT_EQ(event.prompt_tokens, 3u);
  }
  const Event last = held.next();
  EXPECT_EQ(last.type, EventType::kDone);
  EXPECT_GE(last.timings.total, kHeld);
  EXPECT_TRUE(held.opening->take().ok());
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kNotFound);
}

TEST(Opening, GoesOnWhenNobodyReads) {
  Held held;
  ASSERT_TRUE(held.events->try_push(Event{}));  // full
  held.go.set_value();
  EXPECT_TRUE(held.opening->wait(std::chrono::milliseconds(-1)));
  EXPECT_TRUE(held.opening->take().ok());
}

TEST(Opening, EndsAtTheNextWeightWhenCancelled) {
  Held held;
  held.opening->cancel();
  held.go.set_value();
  EXPECT_EQ(held.next().type, EventType::kProgress);
  const Event last = held.next();
  EXPECT_EQ(last.type, EventType::kCancelled);
  EXPECT_EQ(last.status.code(), StatusCode::kCancelled);
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kNotFound);
}

TEST(Opening, EndsWhenItsQueueIsClosed) {
  Held held;
  held.events->close();
  held.go.set_value();
  EXPECT_TRUE(held.opening->wait(std::chrono::milliseconds(-1)));
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kNotFound);
}

TEST(Opening, OutlivesItsHandle) {
  std::weak_ptr<Opening> watched;
  {
    Held held;
    watched = held.opening;
    held.go.set_value();
    EXPECT_EQ(held.next().type, EventType::kProgress);
  }
  for (int i = 0; i < 1000 && !watched.expired(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(watched.expired()) << "the thread lets go of it";
}

TEST(Opening, GivesItsEngineOnceThroughItsHandle) {
  Held held;
  arges_request* request = bindings::requests().insert(held.opening);
  arges_engine* engine = nullptr;
  EXPECT_EQ(arges_request_take_engine(request, &engine), ARGES_BUSY);
  EXPECT_EQ(engine, nullptr);
  held.go.set_value();
  EXPECT_EQ(arges_request_wait(request, -1), ARGES_OK);
  ASSERT_EQ(arges_request_take_engine(request, &engine), ARGES_OK);
  arges_engine* again = nullptr;
  EXPECT_EQ(arges_request_take_engine(request, &again), ARGES_NOT_FOUND);
  EXPECT_EQ(again, nullptr);
  arges_request_free(request);
  EXPECT_EQ(ask(engine, "hello").text, "opened") << "it is the caller's now";
  arges_engine_close(engine);
}

TEST(Opening, GivenBackClosesTheEngineThatNobodyTook) {
  Held held;
  held.go.set_value();
  ASSERT_TRUE(held.opening->wait(std::chrono::milliseconds(-1)));
  ASSERT_FALSE(held.model.expired());
  arges_request_free(bindings::requests().insert(held.opening));
  EXPECT_TRUE(held.model.expired()) << "though somebody else still holds the request";
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kNotFound);
}

TEST(Opening, GivenBackBeforeItsEndClosesTheEngineThatComes) {
  Held held;
  arges_request_free(bindings::requests().insert(held.opening));
  held.go.set_value();
  ASSERT_TRUE(held.opening->wait(std::chrono::milliseconds(-1)));
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kNotFound);
  for (int i = 0; i < 10'000 && !held.model.expired(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(held.model.expired());
}

TEST(Opening, CopiesItsOptions) {
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  for (std::uint64_t tag = 1; tag <= 20; ++tag) {
    auto path = std::make_unique<std::string>("no/such/folder/of/that/name");
    auto options = std::make_unique<arges_engine_options>();
    arges_engine_options_init(options.get(), sizeof *options);
    options->model_path = path->data();
    options->model_path_length = path->size();
    arges_request* request = nullptr;
    ASSERT_EQ(arges_engine_open_async(options.get(), queue, tag, &request), ARGES_OK);
    path->assign(path->size(), 'x');
    path.reset();
    options.reset();
    const Answer answer = read_answer(queue, tag);
    EXPECT_EQ(answer.status, ARGES_NOT_FOUND);
    EXPECT_NE(answer.reason.find("no/such/folder/of/that/name"), std::string::npos);
    arges_request_free(request);
  }
  arges_queue_close(queue);
}

TEST(Opening, FailsAsOpeningDoes) {
  const auto folder = std::filesystem::temp_directory_path() / "arges_opening_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.json") << "{";
  arges::Queue queue;
  for (const auto& [path, status] : {std::pair<std::string, arges_status>{"no/such", 0},
                                     {folder.string(), ARGES_MODEL_INVALID}}) {
    arges::Request request = arges::open_engine({.model_path = path}, queue, 3);
    const arges::Event event = queue.next();
    EXPECT_EQ(event.type(), ARGES_EVENT_FAILED);
    EXPECT_EQ(event.status(), status == 0 ? ARGES_NOT_FOUND : status);
    EXPECT_EQ(event.tag(), 3u);
    EXPECT_GT(event.text().size(), 20u);
    EXPECT_THROW(request.take_engine(), arges::Error);
  }
  std::filesystem::remove_all(folder);
}

TEST(Opening, OfTheBundledModelAnswers) {
  if (!std::filesystem::exists(kPocket + "/model.safetensors")) {
    GTEST_SKIP() << kPocket << " has no weights";
  }
  arges::Queue queue(65536);
  arges::Request request = arges::open_engine({.model_path = kPocket}, queue);
  std::uint64_t done = 0;
  arges::Event event = queue.next();
  for (; !event.terminal(); event = queue.next()) {
    EXPECT_EQ(event.type(), ARGES_EVENT_PROGRESS);
    EXPECT_GE(event.prompt_done(), done);
    EXPECT_GE(event.prompt_tokens(), event.prompt_done());
    done = event.prompt_done();
  }
  event.check();
  EXPECT_GT(done, 0u);
  const arges::Timings timings = event.timings();
  EXPECT_GT(timings.total.count(), 0);
  EXPECT_EQ((timings.queued + timings.text + timings.images + timings.prefill + timings.first_token)
                .count(),
            0);
  arges::Engine engine = request.take_engine();
  EXPECT_GT(engine.info().weight_bytes, 0u);
  EXPECT_THROW(request.take_engine(), arges::Error);
}

}  // namespace
}  // namespace arges::bindings_test
