// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <arges/arges_asio.hpp>

#include <boost/asio.hpp>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

namespace asio = boost::asio;

class Async : public testing::Test {
 protected:
  Async() : model(scripted_model("awaited")), engine(open_engine(model)), session(engine) {
    message.add("hello");
  }
  ~Async() override { model->step_gate().open(); }

  // Runs a coroutine to its end and throws what it throws.
  template <typename Coroutine>
  void run(Coroutine coroutine) {
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr error) { failure = error; });
    io.run();
    io.restart();
    if (failure) std::rethrow_exception(failure);
  }

  static arges::GenerateOptions long_answer() {
    arges::GenerateOptions options;
    options.max_tokens = 2000;
    return options;
  }

  std::shared_ptr<sdk::ScriptedModel> model;
  arges::Engine engine;
  arges::Session session;
  arges::Message message{arges::Role::kUser};
  asio::io_context io;
};

TEST_F(Async, AnAnswerIsAwaited) {
  arges::Answer answer;
  std::string pieces;
  run([&]() -> asio::awaitable<void> {
    answer = co_await session.async_generate(
        io.get_executor(), message, arges::GenerateOptions(),
        [&](std::string_view piece) { pieces += piece; }, asio::use_awaitable);
  });
  EXPECT_EQ(answer.text, "awaited");
  EXPECT_EQ(pieces, "awaited");
  EXPECT_EQ(answer.finish_reason, ARGES_FINISH_STOP);
}

TEST_F(Async, ACoroutineNeedsNoExecutorToName) {
  arges::Answer answer;
  std::string pieces;
  run([&]() -> asio::awaitable<void> {
    answer = co_await arges::co_generate(session, message, {},
                                         [&](std::string_view piece) { pieces += piece; });
  });
  EXPECT_EQ(answer.text, "awaited");
  EXPECT_EQ(pieces, "awaited");
}

TEST_F(Async, AnAnswerBringsItsTimings) {
  arges::Answer answer;
  run([&]() -> asio::awaitable<void> { answer = co_await arges::co_generate(session, message); });
  EXPECT_GT(answer.timings.total.count(), 0);
  EXPECT_LE(answer.timings.first_token, answer.timings.total);
}

TEST_F(Async, SeveralMessagesAreOneTurn) {
  std::vector<arges::Message> messages;
  for (const arges::Role role : {arges::Role::kUser, arges::Role::kAssistant, arges::Role::kUser}) {
    messages.emplace_back(role).add("hello");
  }
  arges::Answer answer;
  run([&]() -> asio::awaitable<void> { answer = co_await arges::co_generate(session, messages); });
  EXPECT_EQ(answer.text, "awaited");
  EXPECT_EQ(answer.prompt_tokens, engine.count_tokens(messages));
}

TEST_F(Async, AddedMessagesAreAbsorbedWithoutAnAnswer) {
  arges::Answer added;
  arges::Answer answer;
  std::uint64_t held = 0;
  run([&]() -> asio::awaitable<void> {
    added = co_await arges::co_add(session, message);
    held = session.token_count();
    answer = co_await arges::co_generate(session, message);
  });
  EXPECT_EQ(added.text, "");
  EXPECT_EQ(added.finish_reason, ARGES_FINISH_NONE);
  EXPECT_GT(held, 0u);
  EXPECT_EQ(added.prompt_tokens, held);
  EXPECT_EQ(answer.text, "awaited");
}

const std::string kPocket = ARGES_SOURCE_DIR "/models/pocket";

TEST_F(Async, AnEngineIsOpenedInTheBackgroundAndReportsItsProgress) {
  std::uint64_t last = 0;
  std::uint64_t vocabulary = 0;
  arges::EngineOptions options{.model_path = kPocket, .threads = 1};
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_LE(done, total);
    EXPECT_GE(done, last);
    last = done;
    return true;
  };
  run([&]() -> asio::awaitable<void> {
    const arges::Engine opened = co_await arges::co_open_engine(options);
    vocabulary = opened.model_info().vocab_size;
  });
  EXPECT_GT(last, 0u);
  EXPECT_GT(vocabulary, 0u);
}

// What opening an engine so fails with.
class AsyncOpening : public Async {
 protected:
  arges_status failure_of(arges::EngineOptions options) {
    try {
      run([&]() -> asio::awaitable<void> { co_await arges::co_open_engine(options); });
    } catch (const arges::Error& error) {
      return error.status();
    }
    return ARGES_OK;
  }
};

TEST_F(AsyncOpening, ThrowsWhatOpeningFailsWith) {
  EXPECT_EQ(failure_of({.model_path = kPocket + "/nowhere"}), ARGES_NOT_FOUND);
  EXPECT_EQ(failure_of({.model_path = ""}), ARGES_INVALID_ARGUMENT);
}

TEST_F(AsyncOpening, IsStoppedByItsProgress) {
  arges::EngineOptions options{.model_path = kPocket, .threads = 1};
  int calls = 0;
  options.progress = [&](std::uint64_t, std::uint64_t) { return ++calls > 1; };
  EXPECT_EQ(failure_of(options), ARGES_CANCELLED);
  EXPECT_EQ(calls, 1) << "no progress behind the refusal";
}

TEST_F(AsyncOpening, ACancelIsAwaitedToTheEndOfTheLoading) {
  asio::cancellation_signal signal;
  arges_status ended = ARGES_OK;
  arges::EngineOptions options{.model_path = kPocket, .threads = 1};
  options.progress = [&](std::uint64_t, std::uint64_t) {
    signal.emit(asio::cancellation_type::total);
    return true;
  };
  bool engine_came = false;
  arges::async_open_engine(
      io.get_executor(), options,
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, arges::Engine got) {
        engine_came = got.handle() != nullptr;
        try {
          if (error) std::rethrow_exception(error);
        } catch (const arges::Error& why) {
          ended = why.status();
        }
      }));
  io.run();
  // The loading may have ended before the cancel came; an engine comes exactly then.
  EXPECT_EQ(ended, engine_came ? ARGES_OK : ARGES_CANCELLED);
}

TEST_F(Async, ACoroutineThrowsWhatTheOperationFailsWith) {
  model->step_fault().fail_after(0, {StatusCode::kOutOfMemoryHost, "no memory for the step"});
  arges_status status = ARGES_OK;
  run([&]() -> asio::awaitable<void> {
    try {
      co_await arges::co_generate(session, message);
    } catch (const arges::Error& error) {
      status = error.status();
    }
  });
  EXPECT_EQ(status, ARGES_OUT_OF_MEMORY_HOST);
}

TEST_F(Async, WorksWithACallbackToo) {
  std::string text;
  session.async_generate(io.get_executor(), message, arges::GenerateOptions(), nullptr,
                         [&](std::exception_ptr error, arges::Answer answer) {
                           EXPECT_FALSE(error);
                           text = answer.text;
                         });
  io.run();
  EXPECT_EQ(text, "awaited");
}

TEST_F(Async, AFailureIsThrown) {
  model->step_fault().fail_after(0, {StatusCode::kOutOfMemoryHost, "no memory for the step"});
  try {
    run([&]() -> asio::awaitable<void> {
      co_await session.async_generate(io.get_executor(), message, arges::GenerateOptions(), nullptr,
                                      asio::use_awaitable);
    });
    FAIL();
  } catch (const arges::Error& error) {
    EXPECT_EQ(error.status(), ARGES_OUT_OF_MEMORY_HOST);
    EXPECT_STREQ(error.what(), "no memory for the step");
  }
}

TEST_F(Async, CancellingTheOperationCancelsTheRequest) {
  model->step_gate().shut();
  asio::cancellation_signal signal;
  std::exception_ptr failure;
  session.async_generate(
      io.get_executor(), message, arges::GenerateOptions(), nullptr,
      asio::bind_cancellation_slot(
          signal.slot(), [&](std::exception_ptr error, const arges::Answer&) { failure = error; }));
  asio::post(io, [&] {
    model->step_gate().wait_until_held();
    signal.emit(asio::cancellation_type::total);
    asio::post(io, [&] { asio::post(io, [&] { model->step_gate().open(); }); });
  });
  io.run();
  ASSERT_TRUE(failure);
  try {
    std::rethrow_exception(failure);
  } catch (const arges::Error& error) {
    EXPECT_EQ(error.status(), ARGES_CANCELLED);
  }
}

TEST_F(Async, CancellingAgainWaitsForTheTerminalEventAllTheSame) {
  model->step_gate().shut();
  asio::cancellation_signal signal;
  arges_status ended = ARGES_OK;
  bool idle = false;
  session.async_generate(io.get_executor(), message, arges::GenerateOptions(), nullptr,
                         asio::bind_cancellation_slot(
                             signal.slot(), [&](std::exception_ptr error, const arges::Answer&) {
                               try {
                                 std::rethrow_exception(error);
                               } catch (const arges::Error& why) {
                                 ended = why.status();
                               }
                               arges::Queue queue;
                               arges::Request next =
                                   session.generate(message, {}, queue, 1);  // BUSY would throw
                               idle = true;
                             }));
  asio::post(io, [&] {
    model->step_gate().wait_until_held();
    signal.emit(asio::cancellation_type::total);
    asio::post(io, [&] {
      signal.emit(asio::cancellation_type::total);
      asio::post(io, [&] { asio::post(io, [&] { model->step_gate().open(); }); });
    });
  });
  io.run();
  EXPECT_EQ(ended, ARGES_CANCELLED);
  EXPECT_TRUE(idle);
}

// What an operation completed with, and whether the session was free by then.
struct Completion {
  void take(std::exception_ptr error, arges::Session& session, const arges::Message& message) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const arges::Error& why) {
      status = why.status();
    } catch (const std::exception& why) {
      reason = why.what();
    }
    arges::Queue queue;
    arges::Request next = session.generate(message, {}, queue, 1);  // BUSY would throw
    idle = true;
  }

  arges_status status = ARGES_OK;
  std::string reason;
  bool idle = false;
};

TEST_F(Async, ACancelEmittedInsideOnTextIsNotLost) {
  model = scripted_model(std::string(2000, 'x'));
  engine = arges::Engine(open_engine(model));
  session = arges::Session(engine);
  asio::cancellation_signal signal;
  Completion completion;
  int pieces = 0;
  session.async_generate(
      io.get_executor(), message, long_answer(),
      [&](std::string_view) {
        if (++pieces == 1) signal.emit(asio::cancellation_type::total);
      },
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, arges::Answer) {
        completion.take(error, session, message);
      }));
  io.run();
  EXPECT_EQ(completion.status, ARGES_CANCELLED);
  EXPECT_TRUE(completion.idle);
}

TEST_F(Async, ACancelEmittedWhileAnEventIsOnItsWayIsNotLost) {
  model = scripted_model(std::string(2000, 'x'));
  engine = arges::Engine(open_engine(model));
  session = arges::Session(engine);
  model->step_gate().shut();
  asio::cancellation_signal signal;
  Completion completion;
  // Every completion stands in the executor's queue once more before it runs.
  const auto queued = asio::require(io.get_executor(), asio::execution::blocking.never);
  session.async_generate(
      io.get_executor(), message, long_answer(), nullptr,
      asio::bind_executor(queued, asio::bind_cancellation_slot(
                                      signal.slot(), [&](std::exception_ptr error, arges::Answer) {
                                        completion.take(error, session, message);
                                      })));
  // Events wait before the executor looks: it finds them, queues the completion, and runs this.
  model->step_gate().let(4);
  model->step_gate().wait_until_held();
  asio::post(io, [&] { asio::post(io, [&] { signal.emit(asio::cancellation_type::total); }); });
  std::thread opener([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    model->step_gate().open();
  });
  io.run();
  opener.join();
  EXPECT_EQ(completion.status, ARGES_CANCELLED);
  EXPECT_TRUE(completion.idle);
}

TEST_F(Async, WhatOnTextThrowsComesBehindTheTerminalEvent) {
  model = scripted_model(std::string(2000, 'x'));
  engine = arges::Engine(open_engine(model));
  session = arges::Session(engine);
  Completion completion;
  int pieces = 0;
  session.async_generate(
      io.get_executor(), message, long_answer(),
      [&](std::string_view) {
        ++pieces;
        throw std::runtime_error("of the caller");
      },
      [&](std::exception_ptr error, arges::Answer) { completion.take(error, session, message); });
  io.run();
  EXPECT_EQ(completion.reason, "of the caller");
  EXPECT_TRUE(completion.idle);
  EXPECT_EQ(pieces, 1);
}

TEST_F(Async, ARefusedRequestCompletesWithItsErrorAndNotAtOnce) {
  model->step_gate().shut();
  arges::Queue queue;
  arges::Request first = session.generate(message, {}, queue, 1);
  arges_status refused = ARGES_OK;
  session.async_generate(io.get_executor(), message, arges::GenerateOptions(), nullptr,
                         [&](std::exception_ptr error, const arges::Answer&) {
                           try {
                             std::rethrow_exception(error);
                           } catch (const arges::Error& why) {
                             refused = why.status();
                           }
                         });
  EXPECT_EQ(refused, ARGES_OK) << "the handler runs on the executor only";
  io.run();
  EXPECT_EQ(refused, ARGES_BUSY);
}

TEST_F(Async, ADeferredOperationStartsItsRequestWhenItIsLaunched) {
  auto never = session.async_generate(io.get_executor(), message, arges::GenerateOptions(), nullptr,
                                      asio::deferred);
  static_cast<void>(never);
  auto later = session.async_generate(io.get_executor(), message, arges::GenerateOptions(), nullptr,
                                      asio::deferred);
  std::string text;
  std::move(later)([&](std::exception_ptr error, const arges::Answer& answer) {
    EXPECT_FALSE(error);
    text = answer.text;
  });
  io.run();
  EXPECT_EQ(text, "awaited");
}

TEST_F(Async, AFutureHoldsTheAnswer) {
  std::future<arges::Answer> future = session.async_generate(
      io.get_executor(), message, arges::GenerateOptions(), nullptr, asio::use_future);
  io.run();
  EXPECT_EQ(future.get().text, "awaited");
}

TEST_F(Async, WaitsOnADescriptorThatNoChildInherits) {
  const auto open_to_children = [] {
    int count = 0;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
      const int flags = fcntl(descriptor, F_GETFD);
      if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ++count;
    }
    return count;
  };
  const int before = open_to_children();
  const arges::AsyncQueue events(io.get_executor());
  EXPECT_EQ(open_to_children(), before);
}

TEST_F(Async, EventsOfAQueueAreAwaitedOneByOne) {
  arges::AsyncQueue events(io.get_executor());
  arges::Request request = session.generate(message, {}, events.queue(), 5);
  std::string text;
  run([&]() -> asio::awaitable<void> {
    for (;;) {
      const arges::Event event = co_await events.async_next(asio::use_awaitable);
      if (event.terminal()) break;
      text += event.text();
    }
  });
  EXPECT_EQ(text, "awaited");
}

}  // namespace
}  // namespace arges::bindings_test
