// SPDX-License-Identifier: Apache-2.0
#include "samples/opencv/arges_opencv.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <string>

namespace arges {
namespace {

const std::string kModel = ARGES_SOURCE_DIR "/models/pocket";

bool has_model() {
  return std::filesystem::is_regular_file(kModel + "/model.safetensors");
}

// A red disc on white, as OpenCV keeps colours.
cv::Mat red_disc() {
  cv::Mat pixels(240, 320, CV_8UC3, cv::Scalar(250, 250, 250));
  cv::circle(pixels, {160, 120}, 80, cv::Scalar(35, 30, 215), cv::FILLED, cv::LINE_AA);
  return pixels;
}

cv::Mat converted(const cv::Mat& pixels, int code) {
  cv::Mat out;
  cv::cvtColor(pixels, out, code);
  return out;
}

std::string answer_about(const Engine& engine, const Image& image, const std::string& text) {
  Session session(engine);
  Queue queue;
  Message question(Role::kUser);
  question.add(image).add(text);
  const Request request = session.generate(question, {}, queue);
  std::string answer;
  Event event = queue.next();
  for (; !event.terminal(); event = queue.next()) answer += event.text();
  event.check();
  return answer;
}

TEST(ArgesOpencv, AMatrixKeepsItsSize) {
  const auto size = image_from(red_disc()).size();
  EXPECT_EQ(size, std::make_pair(320u, 240u));
}

TEST(ArgesOpencv, ColoursArriveInTheirOrderWhateverTheTypeAndStride) {
  if (!has_model()) GTEST_SKIP() << "models/pocket has no weights";
  const Engine engine({.model_path = kModel});
  const cv::Mat bgr = red_disc();
  cv::Mat larger(300, 400, CV_8UC3, cv::Scalar(0, 0, 0));
  const cv::Mat region = larger(cv::Rect(30, 20, 320, 240));
  bgr.copyTo(region);
  ASSERT_FALSE(region.isContinuous());
  for (const cv::Mat& pixels : {bgr, converted(bgr, cv::COLOR_BGR2BGRA), region}) {
    EXPECT_EQ(answer_about(engine, image_from(pixels), "What colour is the circle?"), "red");
  }
  const cv::Mat grey = converted(bgr, cv::COLOR_BGR2GRAY);
  EXPECT_EQ(answer_about(engine, image_from(grey), "What shape is this?"), "circle");
}

TEST(ArgesOpencv, TypesThatAreNoPictureAreRefused) {
  const cv::Mat real(20, 20, CV_32FC3, cv::Scalar::all(0.5));
  const cv::Mat deep(20, 20, CV_16UC1, cv::Scalar::all(9));
  const cv::Mat wide(20, 20, CV_8UC(5));
  for (const cv::Mat& pixels : {real, deep, wide, cv::Mat()}) {
    EXPECT_THROW(image_from(pixels), Error);
  }
}

// Two seconds of a red disc, then two of a blue one, ten frames a second.
void write_video(const std::string& path) {
  cv::VideoWriter writer(path, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {320, 240});
  ASSERT_TRUE(writer.isOpened());
  const cv::Mat red = red_disc();
  cv::Mat blue = red.clone();
  cv::circle(blue, {160, 120}, 80, cv::Scalar(210, 75, 35), cv::FILLED, cv::LINE_AA);
  for (int i = 0; i < 40; ++i) writer.write(i < 20 ? red : blue);
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::array<char, 256> part{};
  std::string output;
  while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) output += part.data();
  return output;
}

TEST(ArgesWatch, AsksAtTheIntervalAndDrawsTheAnswerOnEveryFrame) {
  if (!has_model()) GTEST_SKIP() << "models/pocket has no weights";
  const std::string folder = testing::TempDir();
  const std::string video = folder + "arges_watch.avi";
  const std::string answered = folder + "arges_watch_answered.avi";
  write_video(video);
  EXPECT_EQ(output_of(std::string(ARGES_WATCH) + " " + video +
                      " 'What colour is the circle?' --every=2 --out=" + answered),
            "0.00 s: red\n2.00 s: blue\n");
  cv::VideoCapture capture(answered);
  cv::Mat frame;
  int frames = 0;
  for (; capture.read(frame); ++frames) {
    double darkest = 0;
    cv::minMaxLoc(converted(frame.rowRange(224, 240), cv::COLOR_BGR2GRAY), &darkest);
    EXPECT_LT(darkest, 60) << "no caption on frame " << frames;
  }
  EXPECT_EQ(frames, 40);
  std::filesystem::remove(video);
  std::filesystem::remove(answered);
}

}  // namespace
}  // namespace arges
