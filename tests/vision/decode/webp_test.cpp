// SPDX-License-Identifier: Apache-2.0
// WebP pictures that must decode, and to which pixels; animations and containers that must not.
#include <gtest/gtest.h>

#include "tests/vision/decode/golden.h"
#include "tests/vision/decode/jpeg_maker.h"
#include "tests/vision/decode/png_maker.h"
#include "tests/vision/decode/webp_maker.h"
#include "vision/decode/composite.h"
#include "vision/decode/decode.h"

namespace arges::vision {
namespace {

using testing::append;
using testing::FileBytes;
using testing::make_riff;
using testing::make_riff_chunk;
using testing::make_vp8x;
using testing::make_webp;
using testing::to_bytes;
using testing::WebpSpec;

Image decoded(const FileBytes& file, const ImageLimits& limits = {}) {
  auto image = decode_image(file, limits);
  EXPECT_TRUE(image.ok()) << image.status().message();
  return image.ok() ? *image : Image{};
}

std::vector<std::uint8_t> over(const std::vector<std::uint8_t>& rgba, const ImageLimits& limits) {
  std::vector<std::uint8_t> rgb(rgba.size() / 4 * 3);
  for (std::size_t i = 0; i < rgba.size() / 4; ++i) {
    composite_pixel(&rgba[i * 4], limits.background, &rgb[i * 3]);
  }
  return rgb;
}

void expect_refused(const FileBytes& file, const std::string& why) {
  for (const Status& status : {decode_image(file, {}).status(), probe_image(file, {}).status()}) {
    EXPECT_EQ(status.code(), StatusCode::kImageDecode) << why;
    EXPECT_NE(status.message().find(why), std::string::npos) << status.message();
  }
}

TEST(WebpDecode, MatchesEveryGolden) {
  testing::expect_every_golden("image/webp.json");
}

TEST(WebpDecode, LosslessPixelsComeBackExactly) {
  for (const bool alpha : {false, true}) {
    const WebpSpec spec{.width = 37, .height = 23, .alpha = alpha};
    ImageLimits limits;
    limits.background = {0, 100, 200};
    EXPECT_EQ(decoded(make_webp(spec), limits).pixels, over(testing::smooth_rgba(spec), limits));
  }
}

TEST(WebpDecode, LossyPixelsComeBackAlmost) {
  for (const bool alpha : {false, true}) {
    const WebpSpec spec{.width = 48, .height = 32, .lossless = false, .alpha = alpha};
    const auto expected = over(testing::smooth_rgba(spec), {});
    const auto pixels = decoded(make_webp(spec)).pixels;
    ASSERT_EQ(pixels.size(), expected.size());
    double error = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) error += std::abs(pixels[i] - expected[i]);
    EXPECT_LT(error / static_cast<double>(pixels.size()), 6);
  }
}

TEST(WebpDecode, EveryOrientationIsAppliedWithAndWithoutTheMarkOfJpeg) {
  const WebpSpec plain{.width = 20, .height = 9};
  const auto stored = testing::smooth_rgba(plain);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    WebpSpec spec = plain;
    spec.exif = testing::make_exif(orientation, false);
    const Image image = decoded(make_webp(spec));
    EXPECT_EQ(image.width, orientation >= 5 ? 9 : 20);
    FileBytes marked = to_bytes({'E', 'x', 'i', 'f', 0, 0});
    append(marked, spec.exif);
    spec.exif = marked;
    spec.lossless = false;  // another first chunk
    spec.alpha = true;
    EXPECT_EQ(decoded(make_webp(spec)).width, image.width);
    // The first stored pixel ends in one of the corners.
    const std::size_t last = image.pixels.size() - 3;
    const std::size_t right = static_cast<std::size_t>(image.width - 1) * 3;
    const std::size_t corner[] = {0, right, last, last - right, 0, right, last, last - right};
    EXPECT_EQ(image.pixels[corner[orientation - 1]], stored[0]) << orientation;
  }
}

TEST(WebpDecode, AnAnimationIsNamedAsSuch) {
  FileBytes chunks = make_vp8x(8, 8, 0x02);
  append(chunks, make_riff_chunk("ANIM", FileBytes(6)));
  append(chunks, make_riff_chunk("ANMF", FileBytes(16)));
  expect_refused(make_riff(chunks), "animation");
}

TEST(WebpDecode, ContainersThatContradictThemselvesAreRefused) {
  const FileBytes simple = make_webp({.width = 8, .height = 8});
  const FileBytes picture(simple.begin() + 12, simple.end());
  FileBytes other_canvas = make_vp8x(9, 8, 0);
  append(other_canvas, picture);
  FileBytes no_picture = make_vp8x(8, 8, 0);
  FileBytes chunk_too_long = picture;
  chunk_too_long[4] ^= std::byte{0x40};
  FileBytes lossy_name = picture;
  lossy_name[3] = std::byte{' '};
  for (const FileBytes& chunks : {other_canvas, no_picture, chunk_too_long, lossy_name, FileBytes(),
                                  make_riff_chunk("JUNK", FileBytes(8))}) {
    const auto image = decode_image(make_riff(chunks), {});
    EXPECT_EQ(image.status().code(), StatusCode::kImageDecode);
  }
}

TEST(WebpDecode, BytesBehindThePictureAreIgnored) {
  FileBytes file = make_webp({.width = 8, .height = 8});
  const auto pixels = decoded(file).pixels;
  append(file, FileBytes(1000));
  EXPECT_EQ(decoded(file).pixels, pixels);
}

// The canvas of an extended file may be declared larger than memory holds.
TEST(WebpDecode, SizesOverTheLimitsAreRefusedFromTheHeader) {
  for (auto [width, height] : {std::pair{1 << 24, 1 << 24}, {16385, 16385}, {201, 1}}) {
    expect_refused(make_riff(make_vp8x(width, height, 0)), "pixels wide");
  }
  EXPECT_TRUE(decode_image(make_webp({.width = 200, .height = 1}), {}).ok());
}

}  // namespace
}  // namespace arges::vision
