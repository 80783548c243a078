// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>
#include <optional>
#include <string>

#include "arges/arges.hpp"

namespace arges::watch {

// Asks one question about one frame after another; a frame is a conversation of its own.
class FrameAsker {
 public:
  FrameAsker(const Engine& engine, std::string question);

  // Whether an answer is still to come.
  bool busy() const { return running_.has_value(); }
  // Begins to ask about a frame, which is copied. Not while busy.
  void ask(const cv::Mat& frame);
  // The answer, once it is complete: waits for it, or else returns at once. Throws arges::Error
  // when the request failed.
  std::optional<std::string> take_answer(bool wait);

 private:
  struct Running {
    Session session;
    Request request;
  };

  const Engine& engine_;
  const std::string question_;
  Queue queue_;
  std::optional<Running> running_;
  std::string answer_;
};

}  // namespace arges::watch
