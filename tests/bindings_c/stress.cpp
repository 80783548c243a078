// SPDX-License-Identifier: Apache-2.0
// arges_stress SESSIONS OPERATIONS [SEED]: so many sessions, all at once, each with so many
// requests on a scripted model, half of which are cancelled at random points; some sessions are
// closed under way. Fails unless each request has exactly one terminal event and memory,
// descriptors and threads come back to what they were.
#include <malloc.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "bindings_c/include/arges/arges.h"
#include "bindings_c/src/engine_handle.h"
#include "sdk/fakes/scripted_model.h"

namespace {

std::atomic<std::int64_t> live_bytes{0};  // of operator new, as the C library rounds them

}  // namespace

// In the place of the library's own for this program.
void* operator new(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  live_bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  return memory;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  live_bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void operator delete[](void* memory) noexcept {
  operator delete(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace arges::stress {
namespace {

constexpr std::uint64_t kReaders = 8;
constexpr std::int64_t kPatienceMs = 300'000;
constexpr std::uint64_t kLongSession = 60;     // tokens
constexpr std::int64_t kSlackBytes = 1 << 16;  // tables that keep their size

struct Size {
  std::uint64_t sessions;
  std::uint64_t operations;  // of each session
  std::uint64_t seed;
};

struct Tally {
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> cancelled{0};
  std::atomic<std::uint64_t> cancels{0};  // asked for
  std::atomic<std::uint64_t> closes{0};   // of sessions under way
  std::atomic<std::uint64_t> violations{0};
};

void expect(bool truth, Tally& tally, const char* what) {
  if (truth) return;
  ++tally.violations;
  std::fprintf(stderr, "violated: %s (%s)\n", what, arges_last_error_message());
}

// One session's requests, one after another. Its reader's thread.
class Client {
 public:
  Client(arges_engine* engine, arges_queue* queue, std::uint64_t place, const Size& size,
         Tally& tally)
      : engine_(engine),
        queue_(queue),
        place_(place),
        left_(size.operations),
        random_(size.seed * 1'000'003 + place),
        tally_(tally) {
    expect(arges_session_create(engine_, &session_) == ARGES_OK, tally_, "session_create");
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool finished() const { return left_ == 0 && request_ == nullptr; }

  void begin() {
    --left_;
    ++tag_;
    events_ = 0;
    cancel_at_ = pick(2) == 0 ? pick(4) : ~std::uint64_t{0};
    renew_long_session();
    submit();
    interfere();
  }

  // An event of this session's; the next request follows the end of the last.
  void note(const arges_event& event) {
    expect(request_ != nullptr && event.tag == tag(), tally_, "no event behind the end");
    ++events_;
    if (event.type < ARGES_EVENT_DONE) return interfere();
    expect(event.type != ARGES_EVENT_FAILED, tally_, "a request fails only for a reason");
    ++(event.type == ARGES_EVENT_DONE ? tally_.done : tally_.cancelled);
    arges_request_free(request_);
    request_ = nullptr;
    if (left_ > 0) return begin();
    if (!closed_) arges_session_close(session_);
  }

 private:
  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }
  std::uint64_t tag() const { return place_ << 32 | tag_; }

  void renew_long_session() {
    if (!closed_) {
      std::uint64_t tokens = 0;
      expect(arges_session_token_count(session_, &tokens) == ARGES_OK, tally_, "token_count");
      if (tokens < kLongSession) return;
      arges_session_close(session_);
    }
    closed_ = false;
    expect(arges_session_create(engine_, &session_) == ARGES_OK, tally_, "session_create");
  }

  void submit() {
    arges_message* message = nullptr;
    arges_generate_options options;
    arges_generate_options_init(&options, sizeof options);
    options.deadline_ms = pick(50) == 0 ? 1 : 0;
    arges_message_create(ARGES_ROLE_USER, &message);
    arges_message_add_text(message, "xxxxxxxx", 1 + pick(8));
    expect(arges_generate(session_, &message, 1, &options, queue_, tag(), &request_) == ARGES_OK,
           tally_, "generate");
    arges_message_free(message);
  }

  // Where chance has put this request's cancel, or its session's close.
  void interfere() {
    if (events_ != cancel_at_) return;
    ++tally_.cancels;
    if (pick(20) == 0) {
      ++tally_.closes;
      closed_ = true;
      arges_session_close(session_);
    } else {
      arges_request_cancel(request_);
    }
  }

  arges_engine* const engine_;
  arges_queue* const queue_;
  const std::uint64_t place_;
  std::uint64_t left_;
  std::mt19937_64 random_;
  Tally& tally_;
  arges_session* session_ = nullptr;
  arges_request* request_ = nullptr;  // in flight
  bool closed_ = false;
  std::uint64_t tag_ = 0;
  std::uint64_t events_ = 0;  // of the request in flight
  std::uint64_t cancel_at_ = 0;
};

// One thread with a queue, which reads for every eighth session.
void read(arges_engine* engine, std::uint64_t reader, const Size& size, Tally& tally) {
  arges_queue* queue = nullptr;
  expect(arges_queue_create(nullptr, &queue) == ARGES_OK, tally, "queue_create");
  std::vector<std::unique_ptr<Client>> clients;
  for (std::uint64_t place = reader; place < size.sessions; place += kReaders) {
    clients.push_back(std::make_unique<Client>(engine, queue, clients.size(), size, tally));
  }
  for (auto& client : clients) client->begin();
  std::array<arges_event, 16> events;
  for (arges_event& event : events) arges_event_init(&event, sizeof event);
  const auto busy = [&] {
    for (const auto& client : clients) {
      if (!client->finished()) return true;
    }
    return false;
  };
  while (busy()) {
    std::uint64_t count = 0;
    const arges_status status =
        arges_queue_next_many(queue, kPatienceMs, events.data(), events.size(), &count);
    expect(status == ARGES_OK, tally, "every request ends");
    if (status != ARGES_OK) break;
    for (std::uint64_t i = 0; i < count; ++i) clients[events[i].tag >> 32]->note(events[i]);
  }
  expect(arges_queue_next(queue, 0, &events[0]) == ARGES_TIMEOUT, tally, "one end each");
  for (arges_event& event : events) arges_event_clear(&event);
  arges_queue_close(queue);
}

void run(const Size& size, Tally& tally) {
  sdk::ScriptedModelOptions options;
  options.script = [](const sdk::History&) { return "yes"; };
  options.logs_steps = false;
  auto model = std::make_shared<sdk::ScriptedModel>(std::move(options));
  arges_engine* engine = bindings::wrap_engine(sdk::Engine::create(model, {}).value());
  std::vector<std::thread> readers;
  for (std::uint64_t reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&, reader] { read(engine, reader, size, tally); });
  }
  for (std::thread& reader : readers) reader.join();
  expect(model->comes_to_live_sequences(0), tally, "nothing of a session stays");
  arges_engine_close(engine);
}

struct Holdings {
  std::int64_t bytes = live_bytes;
  std::int64_t descriptors =
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  std::int64_t threads = std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
};

int main_of(const Size& size) {
  Tally tally;
  run({size.sessions, 2, size.seed}, tally);  // what is kept for good is there from now on
  const Holdings before;
  const auto begin = std::chrono::steady_clock::now();
  run(size, tally);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  const Holdings after;
  expect(after.bytes <= before.bytes + kSlackBytes, tally, "memory comes back");
  expect(after.descriptors == before.descriptors, tally, "descriptors come back");
  expect(after.threads == before.threads, tally, "threads come back");
  const std::uint64_t ends = tally.done + tally.cancelled;
  expect(ends == size.sessions * (size.operations + 2), tally, "one terminal event each");
  std::printf(
      "%llu sessions x %llu requests in %.1f s: %llu done, %llu cancelled (%llu asked for, %llu by "
      "closing); %lld bytes before, %lld after; %llu violations\n",
      static_cast<unsigned long long>(size.sessions),
      static_cast<unsigned long long>(size.operations), time.count(),
      static_cast<unsigned long long>(tally.done), static_cast<unsigned long long>(tally.cancelled),
      static_cast<unsigned long long>(tally.cancels), static_cast<unsigned long long>(tally.closes),
      static_cast<long long>(before.bytes), static_cast<long long>(after.bytes),
      static_cast<unsigned long long>(tally.violations));
  return tally.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace arges::stress

int main(int argc, char** argv) {
  const auto number = [&](int i, std::uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  const arges::stress::Size size{number(1, 0), number(2, 0), number(3, 1)};
  if (size.sessions == 0 || size.sessions > 1024 || size.operations == 0) {
    std::fprintf(stderr, "usage: arges_stress SESSIONS OPERATIONS [SEED]; 1024 sessions at most\n");
    return 2;
  }
  return arges::stress::main_of(size);
}
