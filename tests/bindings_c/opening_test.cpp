// SPDX-License-Identifier: Apache-2.0
// Engines that are opened in the background.
#include "bindings_c/src/opening.h"

#include <gtest/gtest.h>
#include <arges/arges.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>

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
      return sdk::Engine::create(scripted_model("opened"), {});
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
};

TEST(Opening, ReportsBytesAndHandsItsEngineOverOnce) {
  Held held;
  EXPECT_EQ(held.opening->take().status().code(), StatusCode::kBusy);
  held.go.set_value();
  for (std::uint64_t done = 1; done < 3; ++done) {
    const Event event = held.next();
    EXPECT_EQ(event.type, EventType::kProgress);
    EXPECT_EQ(event.tag, 7u);
    EXPECT_EQ(event.prompt_done, done);
    EXPECT_EQ(event.prompt_tokens, 3u);
  }
  EXPECT_EQ(held.next().type, EventType::kDone);
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
  arges::Engine engine = request.take_engine();
  EXPECT_GT(engine.info().weight_bytes, 0u);
  EXPECT_THROW(request.take_engine(), arges::Error);
}

}  // namespace
}  // namespace arges::bindings_test
