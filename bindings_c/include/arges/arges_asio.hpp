// SPDX-License-Identifier: Apache-2.0
//
// Answers as Boost.Asio operations. Waiting is done by the program's own executor on the queue's
// descriptor; no thread is added.
//
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
#include <optional>
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

// What one async_generate keeps until its terminal event.
struct GenerateState {
  // Submits the request, or keeps why it cannot be.
  void start() {
    try {
      events.emplace(executor);
      request.emplace(session->generate(*message, options, events->queue()));
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
      if (event.type() == ARGES_EVENT_TEXT && !failure) take_text(event.text());
      if (event.terminal() && !failure) event.check();
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
  }
  void take_text(std::string_view text) {
    answer.text += text;
    if (on_text) on_text(text);
  }

  boost::asio::any_io_executor executor;
  Session* session;
  const Message* message;
  GenerateOptions options;
  std::function<void(std::string_view)> on_text;
  std::optional<AsyncQueue> events;
  std::optional<Request> request;
  std::exception_ptr refusal;  // why there is none
  std::exception_ptr failure;  // what the operation completes with
  bool cancelled = false;
  bool wait_failed = false;
  bool ended = false;
  Answer answer;
};

struct GenerateOperation {
  std::unique_ptr<GenerateState> state;
  bool started = false;

  template <typename Self>
  void operator()(Self& self) {
    if (started) return self.complete(state->refusal, Answer());
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
    const std::unique_ptr<GenerateState> done = std::move(state);
    if (done->failure) return self.complete(done->failure, Answer());
    self.complete(nullptr, std::move(done->answer));
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

}  // namespace detail

// async_generate(executor, message, options, on_text, token): generates the answer to `message`.
// on_text(std::string_view), which may be empty, gets each piece as it arrives, on the executor.
// The request starts with the operation (with deferred and use_awaitable: when that is launched);
// `message` and what `options` points to must live until then, the session until the end.
// Completes with void(std::exception_ptr, Answer): an arges::Error for a refused request (BUSY,
// INVALID_ARGUMENT, …), FAILED and CANCELLED, a boost::system::system_error when the process has no
// file descriptor left, what on_text has thrown. Cancelling the operation, also from within
// on_text, cancels the request, as does an exception out of on_text. The operation completes at the
// terminal event in every case, so the session is free for the next one.
template <typename... Arguments>
auto Session::async_generate(Arguments&&... arguments) {
  return [this](const boost::asio::any_io_executor& executor, const Message& message,
                const GenerateOptions& options, std::function<void(std::string_view)> on_text,
                auto&& token) {
    auto state = std::make_unique<detail::GenerateState>();
    state->executor = executor;
    state->session = this;
    state->message = &message;
    state->options = options;
    state->on_text = std::move(on_text);
    return boost::asio::async_compose<decltype(token), void(std::exception_ptr, Answer)>(
        detail::GenerateOperation{std::move(state)}, token, executor);
  }(std::forward<Arguments>(arguments)...);
}

// The same for a coroutine, on the coroutine's own executor. `message` must live until the request
// has started, the session until the end; throws what async_generate completes with.
inline boost::asio::awaitable<Answer> co_generate(
    Session& session, const Message& message, GenerateOptions options = {},
    std::function<void(std::string_view)> on_text = {}) {
  co_return co_await session.async_generate(co_await boost::asio::this_coro::executor, message,
                                            options, std::move(on_text),
                                            boost::asio::use_awaitable);
}

}  // namespace arges

#endif  // ARGES_ARGES_ASIO_HPP
