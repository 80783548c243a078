// SPDX-License-Identifier: Apache-2.0
#include "samples/opencv/frame_asker.h"

#include <chrono>
#include <utility>

#include "samples/opencv/arges_opencv.hpp"

namespace arges::watch {

FrameAsker::FrameAsker(const Engine& engine, std::string question)
    : engine_(engine), question_(std::move(question)) {}

void FrameAsker::ask(const cv::Mat& frame) {
  Message message(Role::kUser);
  message.add(image_from(frame)).add(question_);
  Session session(engine_);
  Request request = session.generate(message, {}, queue_);
  running_.emplace(Running{std::move(session), std::move(request)});
  answer_.clear();
}

std::optional<std::string> FrameAsker::take_answer(bool wait) {
  const std::chrono::milliseconds patience(wait ? -1 : 0);
  while (running_) {
    const std::optional<Event> event = queue_.next_within(patience);
    if (!event) return std::nullopt;
    if (event->type() == ARGES_EVENT_TEXT) answer_ += event->text();
    if (!event->terminal()) continue;
    running_.reset();
    event->check();
    return answer_;
  }
  return std::nullopt;
}

}  // namespace arges::watch
