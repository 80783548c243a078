// SPDX-License-Identifier: Apache-2.0
//
// Answers as Boost.Asio operations. Waiting is done by the program's own executor on the queue's
// descriptor; no thread is added.
//
//   arges::Answer answer = co_await session.async_generate(
//       executor, question, arges::GenerateOptions(), print_piece, boost::asio::use_awaitable);
#ifndef ARGES_ARGES_ASIO_HPP
#define ARGES_ARGES_ASIO_HPP

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <exception>
#include <optional>

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
      source.ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(self));
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

  // True at the terminal event.
  bool take(const Event& event) {
    if (event.type() == ARGES_EVENT_TEXT) {
      answer.text += event.text();
      if (on_text) on_text(event.text());
    }
    answer.finish_reason = event.finish_reason();
    answer.prompt_tokens = event.prompt_tokens();
    answer.generated_tokens = event.generated_tokens();
    return event.terminal();
  }

  boost::asio::any_io_executor executor;
  Session* session;
  const Message* message;
  GenerateOptions options;
  std::function<void(std::string_view)> on_text;
  std::optional<AsyncQueue> events;
  std::optional<Request> request;
  std::exception_ptr refusal;  // why there is none
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
    try {
      if (error) cancel_request(error);
      if (error || !state->take(event)) return wait(self);
      event.check();
    } catch (...) {
      return self.complete(std::current_exception(), Answer());
    }
    Answer answer = std::move(state->answer);
    state.reset();
    self.complete(nullptr, std::move(answer));
  }

  template <typename Self>
  void post_refusal(Self& self) {
    const boost::asio::any_io_executor executor = state->executor;
    boost::asio::post(executor, std::move(self));
  }

  template <typename Self>
  void wait(Self& self) {
    AsyncQueue& events = *state->events;  // the state stays where it is while self moves
    events.async_next(std::move(self));
  }

  // The wait was cancelled: so is the request, whose terminal event is then waited for, however
  // often it is cancelled again.
  void cancel_request(const std::exception_ptr& error) {
    state->request->cancel();
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& why) {
      if (why.code() != boost::asio::error::operation_aborted) throw;
    }
  }
};

}  // namespace detail

// async_generate(executor, message, options, on_text, token): generates the answer to `message`.
// on_text(std::string_view), which may be empty, gets each piece as it arrives, on the executor.
// The request starts with the operation (with deferred and use_awaitable: when that is launched);
// `message` and what `options` points to must live until then, the session until the end.
// Completes with void(std::exception_ptr, Answer): an arges::Error for a refused request (BUSY,
// INVALID_ARGUMENT, …), FAILED and CANCELLED, a boost::system::system_error when the process has no
// file descriptor left. Cancelling the operation cancels the request and
// completes at its terminal event.
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

}  // namespace arges

#endif  // ARGES_ARGES_ASIO_HPP
