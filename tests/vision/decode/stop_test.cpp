// SPDX-License-Identifier: Apache-2.0
// Decoding that is told to stop.
#include <gtest/gtest.h>

#include "tests/vision/decode/jpeg_maker.h"
#include "tests/vision/decode/png_maker.h"
#include "tests/vision/decode/webp_maker.h"
#include "vision/decode/decode.h"

namespace arges::vision::testing {
namespace {

constexpr int kSide = 96;
constexpr int kRowsOfBlocks = kSide / 16;  // with chroma at half the size

struct Picture {
  const char* name;
  FileBytes file;
  int asks;  // at least so many
};

PngSpec png_spec(bool interlaced) {
  PngSpec spec{.width = kSide, .height = kSide, .interlaced = interlaced, .samples = {}};
  spec.samples.assign(std::size_t{3} * kSide * kSide, 77);
  return spec;
}

void PrintTo(const Picture& picture, std::ostream* out) {
  *out << picture.name;
}

class Stop : public ::testing::TestWithParam<Picture> {
 protected:
  // Stops at the question of that number, from 1 on; 0: never.
  StatusCode decode(int stop_at) {
    asked_ = 0;
    const StopCheck stop = [&] {
      return ++asked_ == stop_at ? Status(StatusCode::kCancelled, "cancelled") : Status();
    };
    return decode_image(GetParam().file, {}, stop).status().code();
  }

  int asked_ = 0;
};

TEST_P(Stop, EndsTheDecodingAtTheQuestionItAnswers) {
  ASSERT_EQ(decode(0), StatusCode::kOk);
  const int whole = asked_;
  EXPECT_GE(whole, GetParam().asks);
  for (int stop_at = 1; stop_at <= whole; ++stop_at) {
    EXPECT_EQ(decode(stop_at), StatusCode::kCancelled) << stop_at;
    EXPECT_EQ(asked_, stop_at) << "nothing is done behind it";
  }
}

// What each library lets us ask; both builds ask before and behind it.
std::vector<Picture> pictures() {
  const int rows = ARGES_DECODERS_ASK ? kSide : 0;
  const int scans = ARGES_DECODERS_ASK ? 5 * kRowsOfBlocks : 0;
  const JpegSpec jpeg{.width = kSide, .height = kSide};
  JpegSpec progressive = jpeg;
  progressive.progressive = true;
  return {{"png", make_png(png_spec(false)), rows + 2},
          {"interlaced_png", make_png(png_spec(true)), rows + 2},
          {"jpeg", make_jpeg(jpeg), rows + 2},
          {"progressive_jpeg", make_jpeg(progressive), rows + scans + 2},
          {"webp", make_webp({.width = kSide, .height = kSide}), 2}};
}

INSTANTIATE_TEST_SUITE_P(Pictures, Stop, ::testing::ValuesIn(pictures()),
                         [](const auto& picture) { return picture.param.name; });

TEST(StopReason, IsNotTakenForADamagedFile) {
  const auto stop = [] { return Status(StatusCode::kDeadline, "deadline passed"); };
  const Status status =
      decode_image(make_jpeg({.width = kSide, .height = kSide}), {}, stop).status();
  EXPECT_EQ(status.code(), StatusCode::kDeadline);
  EXPECT_EQ(status.message(), "deadline passed");
}

}  // namespace
}  // namespace arges::vision::testing
