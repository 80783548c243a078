// SPDX-License-Identifier: Apache-2.0
#include "samples/opencv/caption.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace arges::watch {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kHeightShare = 1.0 / 14;  // of the frame, for the bar
constexpr double kFontHeight = 22;         // pixels of a capital letter at scale 1

}  // namespace

void draw_caption(cv::Mat& frame, const std::string& text) {
  const int bar = std::max(12, static_cast<int>(frame.rows * kHeightShare));
  const cv::Rect area(0, frame.rows - bar, frame.cols, bar);
  frame(area & cv::Rect({}, frame.size())).setTo(cv::Scalar::all(20));
  double scale = bar * 0.5 / kFontHeight;
  const int width = cv::getTextSize(text, kFont, scale, 1, nullptr).width;
  scale *= std::min(1.0, 0.96 * frame.cols / std::max(1, width));
  cv::putText(frame, text, {frame.cols / 50, frame.rows - bar / 4}, kFont, scale,
              cv::Scalar::all(240), 1, cv::LINE_AA);
}

}  // namespace arges::watch
