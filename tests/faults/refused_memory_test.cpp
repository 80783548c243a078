// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/refused_memory.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "bindings_c/include/arges/arges.h"
#include "bindings_c/src/engine_handle.h"
#include "sdk/fakes/scripted_model.h"
#include "tests/support/tiny_png.h"

namespace arges::faults {
namespace {

// An engine of a scripted model, and a session and a queue to use it with.
class NoMemory : public testing::Test {
 protected:
  NoMemory() {
    sdk::EngineOptions options;
    options.prefill_chunk = 1;
    engine = bindings::wrap_engine(sdk::Engine::create(model, options).value());
    arges_event_init(&event, sizeof event);
    EXPECT_EQ(arges_session_create(engine, &session), ARGES_OK);
    EXPECT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  }
  ~NoMemory() override {
    model->step_gate().open();
    arges_event_clear(&event);
    arges_session_close(session);
    arges_queue_close(queue);
    arges_engine_close(engine);
  }

  void submit() const {
    arges_message* message = nullptr;
    arges_request* request = nullptr;
    ASSERT_EQ(arges_message_create(ARGES_ROLE_USER, &message), ARGES_OK);
    ASSERT_EQ(arges_message_add_text(message, "hello", 5), ARGES_OK);
    ASSERT_EQ(arges_generate(session, &message, 1, nullptr, queue, 1, &request), ARGES_OK);
    arges_request_free(request);
    arges_message_free(message);
  }
  arges_status next(std::int64_t timeout_ms = 60'000) {
    return arges_queue_next(queue, timeout_ms, &event);
  }

  std::shared_ptr<sdk::ScriptedModel> model = std::make_shared<sdk::ScriptedModel>();
  arges_engine* engine = nullptr;
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  arges_event event;
};

TEST_F(NoMemory, AQueueWaitedForInVainAnswersTimeoutAllTheSame) {
  const RefusedMemory refused;
  EXPECT_EQ(next(0), ARGES_TIMEOUT);
  EXPECT_EQ(next(1), ARGES_TIMEOUT);
  EXPECT_EQ(refused.count(), 0u) << "finding nothing takes no memory";
}

// The reader may come too late to find the queue at all, so there are several of them.
TEST_F(NoMemory, AReaderWhoseQueueIsClosedHearsSoAllTheSame) {
  bool heard = false;
  for (int attempt = 0; attempt < 200 && !heard; ++attempt) {
    arges_queue* closing = nullptr;
    ASSERT_EQ(arges_queue_create(nullptr, &closing), ARGES_OK);
    std::atomic<bool> begins{false};
    std::thread reader([&] {
      const RefusedMemory refused;
      begins = true;
      heard = arges_queue_next(closing, -1, &event) == ARGES_CLOSED && refused.count() == 0;
    });
    while (!begins) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    arges_queue_close(closing);
    reader.join();
  }
  EXPECT_TRUE(heard);
}

TEST_F(NoMemory, AnEventWithoutAPlaceIsReadByTheNextCall) {
  submit();
  std::string text;
  while (event.type < ARGES_EVENT_DONE) {
    pollfd waiting = {arges_queue_fd(queue), POLLIN, 0};
    ASSERT_EQ(poll(&waiting, 1, 60'000), 1);
    const std::uint32_t seen = event.type;
    {
      const RefusedMemory refused;
      EXPECT_EQ(next(), ARGES_OUT_OF_MEMORY_HOST);
    }
    EXPECT_EQ(event.type, seen) << "the struct is as it was";
    ASSERT_EQ(next(0), ARGES_OK);
    if (event.type == ARGES_EVENT_TEXT) text.append(event.text, event.text_length);
  }
  EXPECT_EQ(event.type, ARGES_EVENT_DONE);
  EXPECT_EQ(text.size(), 16u) << "nothing was lost";
}

TEST_F(NoMemory, ProgressWithoutMemoryIsSkippedAndTheRequestGoesOn) {
  static_cast<void>(std::list<sdk::Event>(1));
  const std::size_t place_of_an_event = last_allocation();
  model->step_gate().shut();
  submit();
  model->step_gate().wait_until_held();
  {
    const RefusedMemory refused(place_of_an_event);
    model->step_gate().let(4);  // of the prompt, one token each
    model->step_gate().wait_until_held();
    EXPECT_GE(refused.count(), 3u);
  }
  model->step_gate().open();
  std::uint64_t first_progress = 0;
  while (event.type < ARGES_EVENT_DONE) {
    ASSERT_EQ(next(), ARGES_OK);
    if (first_progress == 0) first_progress = event.prompt_done;
  }
  EXPECT_EQ(event.type, ARGES_EVENT_DONE);
  EXPECT_GT(first_progress, 3u) << "what came before found no memory";
}

// One call after another, each of which may find no memory; what it did not get it does without.
// Whether all went well.
class Conversation {
 public:
  explicit Conversation(arges_engine* engine) : engine_(engine) {}
  ~Conversation() {
    arges_event_clear(&event_);
    arges_request_free(request_);
    arges_message_free(message_);
    arges_image_free(image_);
    arges_session_close(session_);
    arges_queue_close(queue_);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  bool hold() {
    static const unsigned char kPixels[12] = {};
    return note(arges_event_init(&event_, sizeof event_)) &&
           note(arges_session_create(engine_, &session_)) &&
           note(arges_queue_create(nullptr, &queue_)) &&
           note(arges_image_from_pixels(kPixels, 2, 2, 6, ARGES_PIXELS_RGB, &image_)) &&
           note(arges_message_create(ARGES_ROLE_USER, &message_)) &&
           note(arges_message_add_image(message_, image_)) &&
           note(arges_message_add_image_bytes(message_, support::kTinyPng,
                                              sizeof support::kTinyPng)) &&
           note(arges_message_add_text(message_, "a text that no short string holds", 33)) &&
           note(arges_generate(session_, &message_, 1, nullptr, queue_, 1, &request_)) &&
           read_answer() && note(arges_request_wait(request_, 60'000));
  }
  // Statuses that no want of memory explains.
  int wrong() const { return wrong_; }

 private:
  bool note(arges_status status) {
    if (status != ARGES_OK && status != ARGES_OUT_OF_MEMORY_HOST) ++wrong_;
    return status == ARGES_OK;
  }
  // To the terminal event, which must come whatever is refused.
  bool read_answer() {
    while (event_.type < ARGES_EVENT_DONE) {
      const arges_status status = arges_queue_next(queue_, 60'000, &event_);
      note(status);
      if (status != ARGES_OK && status != ARGES_OUT_OF_MEMORY_HOST) return false;
    }
    return note(event_.status);
  }

  arges_engine* const engine_;
  arges_session* session_ = nullptr;
  arges_queue* queue_ = nullptr;
  arges_image* image_ = nullptr;
  arges_message* message_ = nullptr;
  arges_request* request_ = nullptr;
  arges_event event_ = {};
  int wrong_ = 0;
};

TEST_F(NoMemory, AtAnyOnePointOfAConversationHarmsNobody) {
  ASSERT_TRUE(Conversation(engine).hold());
  std::size_t refused = 1;
  std::int64_t point = 0;
  for (; refused > 0; ++point) {
    int wrong = 0;
    {
      const RefusedMemory memory = RefusedMemory::after(point);
      {
        Conversation conversation(engine);
        conversation.hold();
        wrong = conversation.wrong();
      }
      refused = memory.count();
    }
    ASSERT_EQ(wrong, 0) << "at point " << point << ": " << arges_last_error_message();
    ASSERT_TRUE(model->comes_to_live_sequences(0)) << "at point " << point;
    ASSERT_TRUE(Conversation(engine).hold()) << "after point " << point;
  }
  EXPECT_GT(point, 100) << "there are that many allocations at least";
}

TEST_F(NoMemory, ACallbackThreadEndsWithItsQueue) {
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.callback = [](void*, const arges_event*) {};
  arges_queue* called_back = nullptr;
  ASSERT_EQ(arges_queue_create(&options, &called_back), ARGES_OK);
  const RefusedMemory refused(RefusedMemory::kEverySize);
  arges_queue_close(called_back);  // waits for the thread
}

}  // namespace
}  // namespace arges::faults
