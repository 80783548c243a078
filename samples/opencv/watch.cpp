// SPDX-License-Identifier: Apache-2.0
// watch: asks about the frames of a video or a camera at an interval and draws the answer.
#include <cstdio>
#include <exception>
#include <opencv2/core/utility.hpp>
#include <opencv2/videoio.hpp>
#include <stdexcept>

#include "samples/opencv/caption.h"
#include "samples/opencv/frame_asker.h"

namespace arges::watch {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr double kUsualRate = 25;  // frames a second where a source does not tell

const char* const kOptions =
    "{help h        |    | this text }"
    "{@source       |    | a video file, or the number of a camera }"
    "{@question     |    | what to ask }"
    "{every         | 1  | seconds from one question to the next }"
    "{frames        | 0  | end after so many frames; 0 = at the end of the video }"
    "{out           |    | write the frames with the answers to this .avi file }"
    "{model         |    | model folder }";

struct Options {
  std::string source;
  std::string question;
  double every = 1;
  int frames = 0;
  std::string out;
  std::string model;
};

bool is_camera(const std::string& source) {
  return source.find_first_not_of("0123456789") == std::string::npos;
}

cv::VideoCapture open_source(const std::string& source) {
  cv::VideoCapture capture;
  const bool opened = is_camera(source) ? capture.open(std::stoi(source)) : capture.open(source);
  if (!opened) throw std::runtime_error(source + " cannot be opened as a video");
  return capture;
}

double rate_of(const cv::VideoCapture& capture) {
  const double rate = capture.get(cv::CAP_PROP_FPS);
  return rate > 0 ? rate : kUsualRate;
}

void write_frame(cv::VideoWriter& writer, const std::string& path, double rate,
                 const cv::Mat& frame) {
  if (!writer.isOpened()) {
    writer.open(path, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), rate, frame.size());
    if (!writer.isOpened()) throw std::runtime_error(path + " cannot be written");
  }
  writer.write(frame);
}

// A file's frames wait for their answer; a camera's go on, and the answer is drawn once it is
// there.
void watch(const Options& options) {
  const Engine engine({.model_path = options.model});
  FrameAsker asker(engine, options.question);
  cv::VideoCapture capture = open_source(options.source);
  const bool wait = !is_camera(options.source);
  const double rate = rate_of(capture);
  cv::VideoWriter writer;
  std::string answer;
  double next_question = 0;
  cv::Mat frame;
  for (int number = 0; (options.frames == 0 || number < options.frames) && capture.read(frame);
       ++number) {
    const double now = number / rate;
    if (!asker.busy() && now >= next_question) {
      asker.ask(frame);
      next_question = now + options.every;
    }
    if (const std::optional<std::string> complete = asker.take_answer(wait)) {
      answer = *complete;
      std::printf("%.2f s: %s\n", now, answer.c_str());
      std::fflush(stdout);
    }
    if (options.out.empty()) continue;
    draw_caption(frame, answer);
    write_frame(writer, options.out, rate, frame);
  }
}

Options read_options(const cv::CommandLineParser& parser) {
  Options options;
  options.source = parser.get<std::string>("@source");
  options.question = parser.get<std::string>("@question");
  options.every = parser.get<double>("every");
  options.frames = parser.get<int>("frames");
  options.out = parser.get<std::string>("out");
  options.model = parser.has("model") ? parser.get<std::string>("model") : ARGES_DEFAULT_MODEL;
  return options;
}

int run(int argc, char** argv) {
  cv::CommandLineParser parser(argc, argv, kOptions);
  parser.about("Asks about the frames of a video at an interval and draws the answers");
  if (parser.has("help")) {
    parser.printMessage();
    return 0;
  }
  const Options options = read_options(parser);
  if (!parser.check() || options.source.empty() || options.question.empty()) {
    std::fputs("watch: name a video and a question; see watch --help\n", stderr);
    return kUsage;
  }
  try {
    watch(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "watch: %s\n", error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace arges::watch

int main(int argc, char** argv) {
  return arges::watch::run(argc, argv);
}
