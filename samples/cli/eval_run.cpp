// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/eval_run.h"

#include <chrono>
#include <map>

#include "samples/cli/failure.h"
#include "samples/cli/meter.h"
#include "samples/cli/turn.h"

namespace arges::cli {
namespace {

constexpr std::uint8_t kBlankGrey = 128;  // as in tools/train/evaluate.py
constexpr std::size_t kEventsAtOnce = 64;

Image blank_like(const Image& image) {
  const auto [width, height] = image.size();
  const std::vector<std::uint8_t> grey(std::size_t{width} * height, kBlankGrey);
  return Image::from_pixels(grey.data(), width, height, width, ARGES_PIXELS_GREY);
}

// A question that has been asked and not yet answered.
struct Running {
  Session session;
  Request request;
};

class EvalRun {
 public:
  EvalRun(const Engine& engine, const std::vector<EvalItem>& items, const EvalRunOptions& options)
      : engine_(engine), items_(items), options_(options), answers_(items.size()) {}

  std::vector<std::string> run() {
    Meter meter("evaluating");
    std::size_t next = 0;
    while (next < items_.size() || !running_.empty()) {
      for (; next < items_.size() && running_.size() < options_.parallel; ++next) start(next);
      for (const Event& event : queue_.next_some(kEventsAtOnce, std::chrono::milliseconds(-1))) {
        take(event);
      }
      meter.show(next - running_.size(), items_.size());
    }
    return std::move(answers_);
  }

 private:
  void start(std::size_t index) {
    try {
      ask(index);
    } catch (const Error& error) {
      fail(index, error);
    }
  }

  void ask(std::size_t index) {
    const EvalItem& item = items_[index];
    Image image = read_image(item.image);
    if (options_.blank) image = blank_like(image);
    Message message(Role::kUser);
    message.add(image).add(item.question);
    Session session(engine_);
    Request request = session.generate(message, options_.generate, queue_, index);
    running_.emplace(index, Running{std::move(session), std::move(request)});
  }

  void take(const Event& event) {
    const auto index = static_cast<std::size_t>(event.tag());
    if (event.type() == ARGES_EVENT_TEXT) answers_[index] += event.text();
    if (!event.terminal()) return;
    try {
      event.check();
    } catch (const Error& error) {
      fail(index, error);
    }
    running_.erase(index);
  }

  // The library's sentence does not know whose question it is about.
  [[noreturn]] void fail(std::size_t index, const Error& error) const {
    throw Failure(items_[index].image + ": " + error.what());
  }

  const Engine& engine_;
  const std::vector<EvalItem>& items_;
  const EvalRunOptions& options_;
  std::vector<std::string> answers_;
  Queue queue_;
  std::map<std::size_t, Running> running_;
};

}  // namespace

std::vector<std::string> answer_all(const Engine& engine, const std::vector<EvalItem>& items,
                                    const EvalRunOptions& options) {
  return EvalRun(engine, items, options).run();
}

}  // namespace arges::cli
