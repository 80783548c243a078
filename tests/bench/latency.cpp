// SPDX-License-Identifier: Apache-2.0
// arges_latency MODEL PICTURE [BYTES [CANCELS]]: how long a cancel and a close take, through the C
// ABI, beside a picture and beside a text of so many bytes. A text is refused unread where the
// context cannot hold it: for 8 MB, give a copy of the bundled model whose config.json says
// max_position_embeddings 10000000.
//
// The figure for cancels is one decode step + 5 ms at the 99th percentile, for closing an engine
// with 1,000 live sessions 2 s. Status 1 when one of them took longer than kHanging: no speed, but
// a wait for something that should not be waited for.
#include <arges/arges.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace arges::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::size_t kCancels = 200;  // of each kind
constexpr Milliseconds kHanging(10'000);

arges_engine* open_engine(const std::string& folder) {
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = folder.data();
  options.model_path_length = folder.size();
  arges_engine* engine = nullptr;
  arges_engine_open(&options, &engine);
  return engine;
}

arges_image* read_image(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  arges_image* image = nullptr;
  arges_image_decode(bytes.data(), bytes.size(), &image);
  return image;
}

// A session with a queue, for one request at a time.
class Asker {
 public:
  explicit Asker(arges_engine* engine) {
    arges_session_create(engine, &session_);
    arges_queue_create(nullptr, &queue_);
    arges_event_init(&event_, sizeof event_);
  }
  ~Asker() {
    arges_event_clear(&event_);
    arges_session_close(session_);
    arges_queue_close(queue_);
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  void ask(const std::string& text, arges_image* image) {
    arges_message* message = nullptr;
    arges_message_create(ARGES_ROLE_USER, &message);
    if (image != nullptr) arges_message_add_image(message, image);
    arges_message_add_text(message, text.data(), text.size());
    arges_generate(session_, &message, 1, nullptr, queue_, 1, &request_);
    arges_message_free(message);
  }
  // To an event of that type, or to the end.
  void read_to(std::uint32_t type) {
    while (arges_queue_next(queue_, -1, &event_) == ARGES_OK) {
      if (event_.type == type || event_.type >= ARGES_EVENT_DONE) return;
    }
  }
  bool ended() const { return event_.type >= ARGES_EVENT_DONE; }
  // From the cancel to the terminal event. Precondition: !ended().
  Milliseconds cancel() {
    const auto begin = Clock::now();
    arges_request_cancel(request_);
    read_to(ARGES_EVENT_DONE);
    return Clock::now() - begin;
  }
  void end() {
    arges_request_free(request_);
    request_ = nullptr;
  }

 private:
  arges_session* session_ = nullptr;
  arges_queue* queue_ = nullptr;
  arges_request* request_ = nullptr;
  arges_event event_ = {};
};

// Somebody whose requests are always being prepared, beside those that are measured.
class Company {
 public:
  Company(arges_engine* engine, std::string text, arges_image* image)
      : thread_([this, engine, text = std::move(text), image] {
          while (!over_) {
            Asker asker(engine);
            asker.ask(text, image);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            asker.cancel();
            asker.end();
          }
        }) {}
  ~Company() {
    over_ = true;
    thread_.join();
  }
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// Prints a row; whether nothing was hanging.
bool print(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))];
  };
  std::printf("%-34s %8.2f %8.2f %8.2f ms\n", what, at(0.5), at(0.99), times.back());
  return Milliseconds(times.back()) < kHanging;
}

// Cancels of answers under way; those of requests that are still being prepared with `text`.
bool measure(const char* what, arges_engine* engine, const std::string& text, arges_image* image,
             bool answering, std::size_t cancels) {
  std::vector<double> times;
  for (int i = 0; times.size() < cancels; ++i) {
    Asker asker(engine);
    asker.ask(text, image);
    if (answering) {
      asker.read_to(ARGES_EVENT_TEXT);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1 + i % 8));
    }
    if (!asker.ended()) times.push_back(asker.cancel().count());
    asker.end();
  }
  return print(what, std::move(times));
}

void measure_step(arges_engine* engine, arges_image* image) {
  arges_stats before{};
  arges_stats after{};
  before.struct_size = after.struct_size = sizeof before;
  Asker asker(engine);
  asker.ask("What is the total?", image);
  asker.read_to(ARGES_EVENT_TEXT);
  arges_engine_stats(engine, &before);
  asker.read_to(ARGES_EVENT_DONE);
  arges_engine_stats(engine, &after);
  asker.end();
  const auto steps = static_cast<double>(after.steps - before.steps);
  std::printf("a decode step, alone: %.2f ms\n",
              static_cast<double>(after.step_us - before.step_us) / 1000.0 / std::max(steps, 1.0));
}

bool measure_close(const std::string& model) {
  arges_engine* engine = open_engine(model);
  std::vector<std::unique_ptr<Asker>> askers;
  for (int i = 0; i < 1000; ++i) {
    askers.push_back(std::make_unique<Asker>(engine));
    askers.back()->ask("Hello?", nullptr);
  }
  const auto begin = Clock::now();
  arges_engine_close(engine);
  const Milliseconds time = Clock::now() - begin;
  std::printf("closing with 1,000 live sessions: %.1f ms\n", time.count());
  for (auto& asker : askers) asker->end();
  return time < kHanging;
}

}  // namespace
}  // namespace arges::bench

int main(int argc, char** argv) {
  using namespace arges::bench;
  const bool asked = argc >= 3 && argc <= 5;
  arges_engine* engine = asked ? open_engine(argv[1]) : nullptr;
  arges_image* image = asked ? read_image(argv[2]) : nullptr;
  if (engine == nullptr || image == nullptr) {
    std::fprintf(stderr, "usage: arges_latency MODEL PICTURE [BYTES [CANCELS]]\n");
    return 2;
  }
  const std::size_t bytes = argc > 3 ? std::stoul(argv[3]) : 100'000;
  const std::size_t cancels = argc > 4 ? std::stoul(argv[4]) : kCancels;
  std::string long_text;
  while (long_text.size() + 21 <= bytes) long_text += "some words and 1234, ";
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  measure_step(engine, image);
  std::printf("%-34s %8s %8s %8s\n", "from a cancel to its end", "median", "p99", "longest");
  const std::string story = "Tell me a story.";
  bool flowing = measure("of an answer, alone", engine, story, nullptr, true, cancels);
  {
    const Company company(engine, "What is shown?", image);
    flowing &= measure("of an answer, beside a picture", engine, story, nullptr, true, cancels);
  }
  {
    const Company company(engine, long_text, nullptr);
    flowing &= measure("of an answer, beside the text", engine, story, nullptr, true, cancels);
  }
  flowing &=
      measure("of a request with a picture", engine, "What is shown?", image, false, cancels);
  flowing &= measure("of a request with the text", engine, long_text, nullptr, false, cancels);
  arges_image_free(image);
  arges_engine_close(engine);
  flowing &= measure_close(argv[1]);
  return flowing ? 0 : 1;
}
