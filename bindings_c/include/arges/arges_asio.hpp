// SPDX-License-Identifier: Apache-2.0
//
// Answers as Boost.Asio operations. Waiting is done by the program's own executor on the queue's
// descriptor; no thread is added.
//
//   arges::Engine engine = co_await arges::co_open_engine({.model_path = "models/pocket"});
//   arges::Session session(engine);
//   co_await arges::co_add(session, what_was_said_before);
//   arges::Answer answer = co_await arges::co_generate(session, question);      // in a coroutine
//   session.async_generate(executor, question, options, print_piece, token);    // any Asio token
#ifndef ARGES_ARGES_ASIO_HPP
#define ARGES_ARGES_ASIO_HPP

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "arges.hpp"

namespace arges {

// A whole answer.
struct Answer {
  std::string text;
  std::uint32_t finish_reason = ARGES_FINISH_NONE;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t generated_tokens = 0;
  Timings timings;
};

// A queue that is waited for on an executor. One async_next at a time.
class AsyncQueue {
 public:
  // Throws boost::system::system_error when the process has no file descriptor left.
  explicit AsyncQueue(const boost::asio::any_io_executor& executor, std::uint32_t capacity = 0)
      : queue_(capacity), ready_(executor) {
    const int descriptor = own_descriptor(queue_.fd());
    boost::system::error_code error;
    ready_.assign(descriptor, error);
    if (!error) return;
    ::close(descriptor);
    throw boost::system::system_error(error, "the queue cannot be waited on");
  }

  Queue& queue() { return queue_; }

  // Completes with void(std::exception_ptr, Event). Cancelling the operation takes no event.
  template <typename Token>
  auto async_next(Token&& token) {
    return boost::asio::async_compose<Token, void(std::exception_ptr, Event)>(NextOperation{*this},
                                                                              token, ready_);
  }

 private:
  // Asio closes what it waits on, so it gets a descriptor of its own, which no child inherits.
  static int own_descriptor(int descriptor) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) return copy;
    throw boost::system::system_error(errno, boost::system::system_category(),
                                      "no file descriptor is left to wait on");
  }

  struct NextOperation {
    AsyncQueue& source;
    bool waited = false;

    template <typename Self>
    void operator()(Self& self, const boost::system::error_code& error = {}) {
      if (error) return fail(self, std::make_exception_ptr(boost::system::system_error(error)));
      try {
        std::optional<Event> event;
        if (waited) event = source.queue_.next_within(std::chrono::milliseconds(0));
        if (event) return self.complete(nullptr, std::move(*event));
      } catch (...) {
        return fail(self, std::current_exception());
      }
      if (!waited) self.reset_cancellation_state(boost::asio::enable_total_cancellation());
      waited = true;
      // A cancel that came while the descriptor's readiness was on its way, and another reader was
      // faster.
      if (self.cancelled() != boost::asio::cancellation_type::none) return fail(self, aborted());
      source.ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(self));
    }

    static std::exception_ptr aborted() {
      return std::make_exception_ptr(boost::system::system_error(
          boost::system::error_code(boost::asio::error::operation_aborted)));
    }

    template <typename Self>
    static void fail(Self& self, std::exception_ptr why) {
      self.complete(std::move(why), Event());
    }
  };

  Queue queue_;
  boost::asio::posix::stream_descriptor ready_;
};

namespace detail {

// What one request keeps until its terminal event.
struct RequestState {
  // Submits the request, or keeps why it cannot be.
  void start() {
    try {
      events.emplace(executor);
      request.emplace(submit(events->queue()));
    } catch (...) {
      refusal = std::current_exception();
    }
  }

  // Takes what the wait for an event came to. Failures are kept, not thrown: the operation
  // completes at the terminal event, when the session is free again.
  void take(const std::exception_ptr& error, const Event& event) noexcept {
    try {
      if (error) return take_error(error);
      note(event);
      if (failure) return;
      if (event.terminal()) event.check();
      if (event.type() == ARGES_EVENT_TEXT) answer.text += event.text();
      if (on_event) on_event(event);
    } catch (...) {
      failure = std::current_exception();
    }
  }

  // Asks for the end once.
  void cancel() noexcept {
    if (std::exchange(cancelled, true)) return;
    try {
      request->cancel();
    } catch (...) {  // a handle in use is always known
    }
  }

  // A wait that was cancelled is no failure: the request is cancelled and its end is waited for.
  // One that fails is tried once more.
  void take_error(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& why) {
      if (why.code() == boost::asio::error::operation_aborted) return cancel();
    } catch (...) {
    }
    ended = std::exchange(wait_failed, true);
    failure = error;
  }
  void note(const Event& event) noexcept {
    ended = event.terminal();
    answer.finish_reason = event.finish_reason();
    answer.prompt_tokens = event.prompt_tokens();
    answer.generated_tokens = event.generated_tokens();
    answer.timings = event.timings();
  }

  boost::asio::any_io_executor executor;
  std::function<Request(Queue&)> submit;
  std::function<void(const Event&)> on_event;  // may be empty
  std::optional<AsyncQueue> events;
  std::optional<Request> request;
  std::exception_ptr refusal;  // why there is none
  std::exception_ptr failure;  // what the operation completes with
  bool cancelled = false;
  bool wait_failed = false;
  bool ended = false;
  Answer answer;
};

// What a request leaves that ended with DONE, and what stands for it in one that did not.
struct AnswerResult {
  static Answer none() { return {}; }
  static Answer of(RequestState& done) { return std::move(done.answer); }
};
struct EngineResult {
  static Engine none() { return Engine(nullptr); }
  static Engine of(RequestState& done) { return done.request->take_engine(); }
};

template <typename Result>
struct RequestOperation {
  std::unique_ptr<RequestState> state;
  bool started = false;

  template <typename Self>
  void operator()(Self& self) {
    if (started) return self.complete(state->refusal, Result::none());
    started = true;
    state->start();
    // A completion handler is never called from within the function that starts the operation.
    if (state->refusal) return post_refusal(self);
    self.reset_cancellation_state(boost::asio::enable_total_cancellation());
    wait(self);
  }

  template <typename Self>
  void operator()(Self& self, std::exception_ptr error, Event event) {
    state->take(error, event);
    const bool cancelled = self.cancelled() != boost::asio::cancellation_type::none;
    if (!state->ended && (cancelled || state->failure)) state->cancel();
    if (!state->ended) return wait(self);
    const std::unique_ptr<RequestState> done = std::move(state);
    auto result = Result::none();
    try {
      if (!done->failure) result = Result::of(*done);
    } catch (...) {
      done->failure = std::current_exception();
    }
    self.complete(done->failure, std::move(result));
  }

  template <typename Self>
  void post_refusal(Self& self) {
    const boost::asio::any_io_executor executor = state->executor;
    boost::asio::post(executor, std::move(self));
  }

  // What is thrown here leaves through the executor's run(), as of any operation that finds no
  // memory to go on: the handler has been moved from and is not called, the request is cancelled.
  template <typename Self>
  void wait(Self& self) {
    AsyncQueue& events = *state->events;  // the state stays where it is while self moves
    events.async_next(std::move(self));
  }
};

template <typename Result, typename Token>
auto async_request(const boost::asio::any_io_executor& executor,
                   std::function<Request(Queue&)> submit,
                   std::function<void(const Event&)> on_event, Token&& token) {
  auto state = std::make_unique<RequestState>();
  state->executor = executor;
  state->submit = std::move(submit);
  state->on_event = std::move(on_event);
  return boost::asio::async_compose<Token, void(std::exception_ptr, decltype(Result::none()))>(
      RequestOperation<Result>{std::move(state)}, token, executor);
}

using OnText = std::function<void(std::string_view)>;

template <typename Token>
auto async_generate(Session& session, const boost::asio::any_io_executor& executor,
                    std::span<const Message> messages, const GenerateOptions& options,
                    OnText on_text, Token&& token) {
  std::function<void(const Event&)> on_event;
  if (on_text) {
    on_event = [on_text = std::move(on_text)](const Event& event) {
      if (event.type() == ARGES_EVENT_TEXT) on_text(event.text());
    };
  }
  return async_request<AnswerResult>(
      executor,
      [&session, messages, options](Queue& queue) {
        return session.generate(messages, options, queue);
      },
      std::move(on_event), std::forward<Token>(token));
}
template <typename Token>
auto async_generate(Session& session, const boost::asio::any_io_executor& executor,
                    const Message& message, const GenerateOptions& options, OnText on_text,
                    Token&& token) {
  return async_generate(session, executor, std::span<const Message>(&message, 1), options,
                        std::move(on_text), std::forward<Token>(token));
}

template <typename Token>
auto async_add(Session& session, const boost::asio::any_io_executor& executor,
               std::span<const Message> messages, Token&& token) {
  return async_request<AnswerResult>(
      executor, [&session, messages](Queue& queue) { return session.add(messages, queue); }, {},
      std::forward<Token>(token));
}
template <typename Token>
auto async_add(Session& session, const boost::asio::any_io_executor& executor,
               const Message& message, Token&& token) {
  return async_add(session, executor, std::span<const Message>(&message, 1),
                   std::forward<Token>(token));
}

}  // namespace detail

// async_generate(executor, messages, options, on_text, token): adds the messages, one Message or a
// span of them, to the conversation and generates the answer.
// on_text(std::string_view), which may be empty, gets each piece as it arrives, on the executor.
// The request starts with the operation (with deferred and use_awaitable: when that is launched);
// the messages and what `options` points to must live until then, the session until the end.
// Completes with void(std::exception_ptr, Answer): an arges::Error for a refused request (BUSY,
// INVALID_ARGUMENT, …), FAILED and CANCELLED, a boost::system::system_error when the process has no
// file descriptor left, what on_text has thrown. Cancelling the operation, also from within
// on_text, cancels the request, as does an exception out of on_text. The operation completes at the
// terminal event in every case, so the session is free for the next one.
template <typename... Arguments>
auto Session::async_generate(Arguments&&... arguments) {
  return detail::async_generate(*this, std::forward<Arguments>(arguments)...);
}

// async_add(executor, messages, token): adds the messages without an answer, see Session::add. All
// else as async_generate; the Answer has no text, but prompt tokens and timings.
template <typename... Arguments>
auto Session::async_add(Arguments&&... arguments) {
  return detail::async_add(*this, std::forward<Arguments>(arguments)...);
}

// Opens an engine in the background, see arges_engine_open_async. options.progress, which may be
// empty, is called on the executor, some of the time; false, or an exception, stops the loading, as
// does cancelling the operation. Completes with void(std::exception_ptr, Engine), behind the end of
// the loading in every case.
template <typename Token>
auto async_open_engine(const boost::asio::any_io_executor& executor, EngineOptions options,
                       Token&& token) {
  auto progress = std::exchange(options.progress, {});
  std::function<void(const Event&)> on_event;
  if (progress) {
    on_event = [progress = std::move(progress)](const Event& event) {
      if (event.type() != ARGES_EVENT_PROGRESS) return;
      if (!progress(event.prompt_done(), event.prompt_tokens())) {
        throw Error(ARGES_CANCELLED, "the caller's progress function stopped the loading");
      }
    };
  }
  return detail::async_request<detail::EngineResult>(
      executor,
      [options = std::move(options)](Queue& queue) { return open_engine(options, queue); },
      std::move(on_event), std::forward<Token>(token));
}

// The same for coroutines, on the coroutine's own executor. What is referred to must live until the
// request has started, the session until the end; they throw what the operations complete with.
inline boost::asio::awaitable<Answer> co_generate(
    Session& session, std::span<const Message> messages, GenerateOptions options = {},
    std::function<void(std::string_view)> on_text = {}) {
  co_return co_await session.async_generate(co_await boost::asio::this_coro::executor, messages,
                                            options, std::move(on_text),
                                            boost::asio::use_awaitable);
}
inline boost::asio::awaitable<Answer> co_generate(
    Session& session, const Message& message, GenerateOptions options = {},
    std::function<void(std::string_view)> on_text = {}) {
  return co_generate(session, std::span<const Message>(&message, 1), std::move(options),
                     std::move(on_text));
}
inline boost::asio::awaitable<Answer> co_add(Session& session, std::span<const Message> messages) {
  co_return co_await session.async_add(co_await boost::asio::this_coro::executor, messages,
                                       boost::asio::use_awaitable);
}
inline boost::asio::awaitable<Answer> co_add(Session& session, const Message& message) {
  return co_add(session, std::span<const Message>(&message, 1));
}
inline boost::asio::awaitable<Engine> co_open_engine(EngineOptions options) {
  co_return co_await async_open_engine(co_await boost::asio::this_coro::executor,
                                       std::move(options), boost::asio::use_awaitable);
}

}  // namespace arges

#endif  // ARGES_ARGES_ASIO_HPP
