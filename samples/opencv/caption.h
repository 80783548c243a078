// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

namespace arges::watch {

// Writes a line of text on a dark bar at the frame's lower edge, smaller where it would not fit.
// OpenCV's own font knows ASCII only; other characters are drawn as question marks.
void draw_caption(cv::Mat& frame, const std::string& text);

}  // namespace arges::watch
