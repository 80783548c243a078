// SPDX-License-Identifier: Apache-2.0
// PNG pictures that must decode, and to which pixels. Run against every PNG decoder.
#include <gtest/gtest.h>

#include <span>
#include <string_view>

#include "tests/vision/decode/golden.h"
#include "tests/vision/decode/jpeg_maker.h"
#include "tests/vision/decode/png_maker.h"
#include "vision/decode/decode.h"
#include "vision/decode/png_checksum.h"

namespace arges::vision {
namespace {

using testing::append;
using testing::FileBytes;
using testing::make_png;
using testing::PngSpec;
using testing::to_bytes;

// Four RGBA pixels in a row: opaque, half, nearly clear, clear.
PngSpec four_pixels() {
  return {.width = 4,
          .height = 1,
          .colour = 6,
          .samples = {10, 20, 30, 255, 10, 20, 30, 128, 10, 20, 30, 1, 10, 20, 30, 0}};
}

std::vector<std::uint8_t> pixels_of(const FileBytes& file, const ImageLimits& limits = {}) {
  auto image = decode_image(file, limits);
  EXPECT_TRUE(image.ok()) << image.status().message();
  return image.ok() ? image->pixels : std::vector<std::uint8_t>{};
}

TEST(PngDecode, MatchesEveryGolden) {
  testing::expect_every_golden("image/png.json");
}

TEST(PngDecode, LaysTransparencyOverTheBackground) {
  ImageLimits limits;
  limits.background = {0, 100, 200};
  EXPECT_EQ(pixels_of(make_png(four_pixels()), limits),
            (std::vector<std::uint8_t>{10, 20, 30, 5, 60, 115, 0, 100, 199, 0, 100, 200}));
}

TEST(PngDecode, KeepsTheHighByteOfSixteenBitSamples) {
  const PngSpec spec{.width = 1, .height = 1, .depth = 16, .samples = {0x12FF, 0x8000, 0xFE01}};
  EXPECT_EQ(pixels_of(make_png(spec)), (std::vector<std::uint8_t>{0x12, 0x80, 0xFE}));
}

TEST(PngDecode, SpreadsShallowGreyOverAllLevels) {
  for (int depth : {1, 2, 4}) {
    const int top = (1 << depth) - 1;
    const PngSpec spec{.width = 3,
                       .height = 1,
                       .depth = depth,
                       .colour = 0,
                       .samples = {0, 1, static_cast<std::uint16_t>(top)}};
    const auto one = static_cast<std::uint8_t>(255 / top);
    EXPECT_EQ(pixels_of(make_png(spec)),
              (std::vector<std::uint8_t>{0, 0, 0, one, one, one, 255, 255, 255}));
  }
}

TEST(PngDecode, GivesPaletteEntriesTheirOwnAlpha) {
  const PngSpec spec{.width = 2,
                     .height = 1,
                     .depth = 2,
                     .colour = 3,
                     .samples = {1, 0},
                     .chunks = {{"PLTE", to_bytes({9, 8, 7, 6, 5, 4})}, {"tRNS", to_bytes({0})}}};
  EXPECT_EQ(pixels_of(make_png(spec)), (std::vector<std::uint8_t>{6, 5, 4, 255, 255, 255}));
}

// Whatever memory held before: both builds show opaque black.
TEST(PngDecode, ShowsPaletteIndicesWithoutAnEntryAsBlack) {
  const FileBytes white = to_bytes({255, 255, 255});
  for (int depth : {1, 2, 4, 8}) {
    const auto last = static_cast<std::uint16_t>((1 << depth) - 1);
    PngSpec spec{.width = 3,
                 .height = 1,
                 .depth = depth,
                 .colour = 3,
                 .samples = {0, 1, last},
                 .chunks = {{"PLTE", white}}};
    const std::vector<std::uint8_t> expected{255, 255, 255, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(pixels_of(make_png(spec)), expected) << depth;
    spec.chunks.emplace_back("tRNS", to_bytes({255}));
    EXPECT_EQ(pixels_of(make_png(spec)), expected) << depth << " with tRNS";
  }
}

TEST(PngDecode, InterlacingDoesNotChangeThePicture) {
  for (const auto& [colour, channels] : {std::pair(2, 3u), std::pair(6, 4u)}) {
    for (std::uint32_t width : {1u, 2u, 5u, 8u, 9u, 31u}) {
      for (std::uint32_t height : {1u, 3u, 8u, 17u}) {
        PngSpec spec{.width = width, .height = height, .colour = colour, .samples = {}};
        for (std::uint32_t i = 0; i < width * height * channels; ++i) {
          spec.samples.push_back(static_cast<std::uint16_t>(i * 37 % 256));
        }
        const auto plain = pixels_of(make_png(spec));
        spec.interlaced = true;
        EXPECT_EQ(pixels_of(make_png(spec)), plain) << width << " by " << height;
      }
    }
  }
}

TEST(PngDecode, TurnsByTheExifChunk) {
  PngSpec spec{.width = 2, .height = 1, .samples = {1, 2, 3, 4, 5, 6}};
  spec.chunks = {{"eXIf", testing::make_exif(6, true)}};
  const FileBytes file = make_png(spec);
  auto image = decode_image(file, {});
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->height, 2);
  EXPECT_EQ(image->width, 1);
  EXPECT_EQ(image->pixels, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(probe_image(file, {})->height, 2);
}

TEST(PngDecode, IgnoresBytesAfterTheEnd) {
  FileBytes file = make_png(four_pixels());
  const auto clean = pixels_of(file);
  append(file, to_bytes({0xFF, 0xD8, 0xFF, 'P', 'K', 3, 4}));
  EXPECT_EQ(pixels_of(file), clean);
}

TEST(PngDecode, ReadsPastChunksThatItDoesNotKnow) {
  PngSpec spec = four_pixels();
  const auto clean = pixels_of(make_png(spec));
  spec.chunks = {{"acTL", to_bytes({0, 0, 0, 1, 0, 0, 0, 0})},
                 {"abCd", FileBytes(5000)},
                 {"tEXt", to_bytes({'a', 0, 'b'})}};
  EXPECT_EQ(pixels_of(make_png(spec)), clean);
}

TEST(PngDecode, ReadsPastDataChunksWithoutData) {
  PngSpec spec = four_pixels();
  const auto clean = pixels_of(make_png(spec));
  spec.chunks = {{"IDAT", {}}};
  EXPECT_EQ(pixels_of(make_png(spec)), clean);
}

TEST(PngDecode, ShowsThePictureDespiteAnUnreadableColourProfile) {
  PngSpec spec = four_pixels();
  const auto clean = pixels_of(make_png(spec));
  spec.chunks = {{"iCCP", to_bytes({'x', 0, 0, 1, 2, 3, 4, 5})}};
  EXPECT_EQ(pixels_of(make_png(spec)), clean);
}

TEST(PngDecode, ReadsOnePixelAndTheLongestAllowedLine) {
  EXPECT_EQ(pixels_of(make_png({.width = 1, .height = 1, .samples = {7, 8, 9}})),
            (std::vector<std::uint8_t>{7, 8, 9}));
  const PngSpec line{
      .width = 200, .height = 1, .colour = 0, .samples = std::vector<std::uint16_t>(200, 5)};
  EXPECT_EQ(pixels_of(make_png(line)), std::vector<std::uint8_t>(600, 5));
}

// The definition, bit by bit (ISO 3309).
std::uint32_t crc_by_definition(std::span<const std::byte> bytes) {
  std::uint32_t crc = ~0u;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

TEST(PngCrc, IsThatOfTheStandardForEveryLengthAndPlace) {
  constexpr std::string_view kCheck = "123456789";
  EXPECT_EQ(png_crc(std::as_bytes(std::span(kCheck))), 0xCBF43926u);
  std::vector<std::byte> bytes(64);
  std::uint32_t state = 1;
  for (std::byte& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = std::byte(state >> 24);
  }
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t length = 0; begin + length <= bytes.size(); ++length) {
      const auto part = std::span(bytes).subspan(begin, length);
      ASSERT_EQ(png_crc(part), crc_by_definition(part)) << begin << ", " << length;
    }
  }
}

}  // namespace
}  // namespace arges::vision
