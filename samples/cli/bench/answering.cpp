// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/answering.h"

#include <optional>

#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"
#include "samples/cli/stopwatch.h"
#include "sdk/model/tokenizer_files.h"

namespace arges::cli {
namespace {

constexpr std::uint64_t kAnswer = 1;  // tags of requests
constexpr std::uint64_t kPicture = 2;
constexpr float kNever = -1000;     // added to a logit
constexpr int kPicturesAtOnce = 8;  // so that a request is encoding for some hundred tokens

Engine open_pocket(std::int64_t threads) {
  ModelOptions options;
  options.model = default_model();
  options.device = "cpu";
  options.threads = threads;
  return open_engine(options);
}

std::int32_t end_of_answer() {
  const auto folder = require(sdk::ModelFolder::open(default_model()));
  const auto end = require(sdk::read_tokenizer(folder))->control_token("<|end|>");
  if (!end) throw Failure("the bundled model has no token that ends an answer");
  return *end;
}

// Grey stripes; what is shown does not matter, only its tiles.
Image striped_picture() {
  constexpr std::uint32_t kWidth = 768, kHeight = 384;
  std::vector<std::uint8_t> pixels(std::size_t{kWidth} * kHeight);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 7);
  return Image::from_pixels(pixels.data(), kWidth, kHeight, kWidth, ARGES_PIXELS_GREY);
}

// Somebody whose pictures are always being encoded. The picture's request is given up as soon as
// its prompt is absorbed, and asked again.
class PictureCompany {
 public:
  PictureCompany(const Engine& engine, const Image& picture, Queue& queue)
      : session_(engine), question_(Role::kUser), queue_(queue) {
    for (int i = 0; i < kPicturesAtOnce; ++i) question_.add(picture);
    question_.add("What is shown?");
    ask();
  }

  bool encoding() const { return encoding_; }
  void hear(const Event& event) {
    if (event.terminal()) return ask();
    encoding_ = false;
    request_->cancel();
  }

 private:
  void ask() {
    request_.emplace(session_.generate(question_, {}, queue_, kPicture));
    encoding_ = true;
  }

  Session session_;
  Message question_;
  Queue& queue_;
  std::optional<Request> request_;
  bool encoding_ = false;
};

}  // namespace

Answering::Answering(std::int64_t threads)
    : engine_(open_pocket(threads)), end_(end_of_answer()), picture_(striped_picture()) {}

GenerateOptions Answering::endless(std::int64_t tokens) const {
  GenerateOptions options;
  options.max_tokens = static_cast<std::uint32_t>(tokens);
  options.biases = {{end_, kNever}};
  return options;
}

std::vector<double> Answering::gaps(std::int64_t tokens, bool beside_pictures) const {
  Queue queue;
  Session session(engine_);
  std::optional<PictureCompany> company;
  if (beside_pictures) company.emplace(engine_, picture_, queue);
  const Request request = session.generate(question(0), endless(tokens), queue, kAnswer);
  std::vector<double> gaps;
  Stopwatch since;      // the last piece
  bool counts = false;  // the gap that it began
  for (Event event = queue.next(); event.tag() != kAnswer || !event.terminal();
       event = queue.next()) {
    if (event.tag() == kPicture) {
      company->hear(event);
      counts = false;
    } else if (event.type() == ARGES_EVENT_TEXT) {
      if (counts) gaps.push_back(since.seconds());
      since = Stopwatch();
      counts = !company || company->encoding();
    }
  }
  return gaps;
}

Message question(std::int64_t number) {
  Message message(Role::kUser);
  message.add("What does number " + std::to_string(number) + " say?");
  return message;
}

}  // namespace arges::cli
