// SPDX-License-Identifier: Apache-2.0
//
// OpenCV's pixels as a picture, header only:
//
//   arges::Message question(arges::Role::kUser);
//   question.add(arges::image_from(frame)).add("What does the sign say?");
#ifndef ARGES_OPENCV_HPP
#define ARGES_OPENCV_HPP

#include <opencv2/core/mat.hpp>
#include <string>

#include "arges/arges.hpp"

namespace arges {

// The picture of a two-dimensional matrix in OpenCV's order of colours: CV_8UC1 (grey), CV_8UC3
// (BGR), CV_8UC4 (BGRA, alpha is dropped) or CV_8UC2 (YUYV, as cameras give it). Rows may be any
// number of bytes apart, so a region of a larger matrix is one, too. The pixels are copied once;
// the matrix may change afterwards. Throws arges::Error for other types and for the sizes that
// arges_image_from_pixels refuses.
inline Image image_from(const cv::Mat& pixels) {
  static constexpr std::uint32_t kFormats[] = {ARGES_PIXELS_GREY, ARGES_PIXELS_YUYV,
                                               ARGES_PIXELS_BGR, ARGES_PIXELS_BGRA};
  if (pixels.dims != 2 || pixels.depth() != CV_8U || pixels.channels() > 4) {
    throw Error(ARGES_INVALID_ARGUMENT,
                "a picture is a matrix of two dimensions and one to four 8-bit channels; use "
                "cv::Mat::convertTo");
  }
  return Image::from_pixels(pixels.data, static_cast<std::uint32_t>(pixels.cols),
                            static_cast<std::uint32_t>(pixels.rows), pixels.step[0],
                            kFormats[pixels.channels() - 1]);
}

}  // namespace arges

#endif  // ARGES_OPENCV_HPP
