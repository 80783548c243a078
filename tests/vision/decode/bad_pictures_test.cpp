// SPDX-License-Identifier: Apache-2.0
// Files that are no pictures, or not the pictures they claim to be. Run against every decoder.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/vision/decode/jpeg_maker.h"
#include "tests/vision/decode/png_maker.h"
#include "tests/vision/decode/webp_maker.h"
#include "vision/decode/decode.h"

namespace arges::vision {
namespace {

using testing::append;
using testing::FileBytes;
using testing::make_chunk;
using testing::make_jpeg;
using testing::make_png;
using testing::make_png_start;
using testing::make_webp;
using testing::PngSpec;
using testing::to_bytes;

PngSpec small_png() {
  PngSpec spec{.width = 20, .height = 15, .samples = {}};
  for (int i = 0; i < 900; ++i) spec.samples.push_back(static_cast<std::uint16_t>(i * 7 % 256));
  return spec;
}

PngSpec palette_png() {
  return {.width = 4,
          .height = 4,
          .colour = 3,
          .samples = std::vector<std::uint16_t>(16, 0),
          .chunks = {{"PLTE", to_bytes({1, 2, 3})}, {"tRNS", to_bytes({128})}}};
}

FileBytes png_of(std::uint32_t width, std::uint32_t height) {
  PngSpec spec = small_png();
  FileBytes file = make_png(spec);
  spec.width = width;
  spec.height = height;
  const FileBytes start = make_png_start(spec);
  std::copy(start.begin(), start.end(), file.begin());
  return file;
}

constexpr std::byte kTableMarker[] = {std::byte{0xFF}, std::byte{0xC4}};

struct Named {
  std::string name;
  FileBytes file;
};

std::vector<Named> valid_files() {
  PngSpec interlaced = small_png();
  interlaced.interlaced = true;
  const FileBytes exif = testing::make_exif(6, false);
  return {{"png", make_png(small_png())},
          {"interlaced png", make_png(interlaced)},
          {"palette png", make_png(palette_png())},
          {"jpeg", make_jpeg({.width = 40, .height = 30})},
          {"progressive jpeg", make_jpeg({.width = 40, .height = 30, .progressive = true})},
          {"grey jpeg", make_jpeg({.width = 40, .height = 30, .channels = 1})},
          {"ink jpeg", make_jpeg({.width = 40, .height = 30, .channels = 4, .exif = exif})},
          {"webp", make_webp({.width = 20, .height = 15})},
          {"lossy webp", make_webp({.width = 20, .height = 15, .lossless = false})},
          {"clear webp", make_webp({.width = 20, .height = 15, .lossless = false, .alpha = true})},
          {"turned webp", make_webp({.width = 20, .height = 15, .alpha = true, .exif = exif})}};
}

void expect_refused(const Named& bad, const ImageLimits& limits = {}) {
  auto image = decode_image(bad.file, limits);
  ASSERT_FALSE(image.ok()) << bad.name;
  EXPECT_EQ(image.status().code(), StatusCode::kImageDecode) << bad.name;
  EXPECT_GT(image.status().message().size(), 20u) << bad.name;
}

// Refused, or a picture of the size that the header declares.
void expect_sane(const Named& odd) {
  auto image = decode_image(odd.file, {});
  if (!image.ok()) {
    EXPECT_EQ(image.status().code(), StatusCode::kImageDecode) << odd.name;
    return;
  }
  const auto size = probe_image(odd.file, {});
  ASSERT_TRUE(size.ok()) << odd.name;
  EXPECT_EQ(size->height, image->height) << odd.name;
  EXPECT_EQ(size->width, image->width) << odd.name;
  EXPECT_EQ(image->pixels.size(), image->row_bytes() * static_cast<std::size_t>(image->height));
}

TEST(BadPictures, EveryCutIsRefused) {
  for (const Named& valid : valid_files()) {
    ASSERT_TRUE(decode_image(valid.file, {}).ok()) << valid.name;
    for (std::size_t percent = 0; percent < 100; ++percent) {
      const auto size = static_cast<std::ptrdiff_t>(valid.file.size() * percent / 100);
      expect_refused({valid.name + " cut at " + std::to_string(percent) + " %",
                      FileBytes(valid.file.begin(), valid.file.begin() + size)});
    }
    expect_refused({valid.name + " without its last byte",
                    FileBytes(valid.file.begin(), valid.file.end() - 1)});
  }
}

TEST(BadPictures, EveryDamagedByteIsSurvived) {
  for (const Named& valid : valid_files()) {
    for (std::size_t i = 0; i < valid.file.size(); ++i) {
      for (std::byte flip : {std::byte{0x01}, std::byte{0x80}, std::byte{0xFF}}) {
        Named odd{valid.name + " damaged at " + std::to_string(i), valid.file};
        odd.file[i] ^= flip;
        expect_sane(odd);
      }
    }
  }
}

TEST(BadPictures, EveryDamagedPngByteIsRefused) {
  const FileBytes valid = make_png(small_png());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    Named bad{"png damaged at " + std::to_string(i), valid};
    bad.file[i] ^= std::byte{0x10};
    expect_refused(bad);
  }
}

TEST(BadPictures, OtherFormatsAreRefusedByTheirFirstBytes) {
  const std::vector<Named> others = {
      {"empty", {}},
      {"one byte", to_bytes({0xFF})},
      {"JPEG start only", to_bytes({0xFF, 0xD8, 0xFF})},
      {"JPEG end only", to_bytes({0xFF, 0xD8, 0xFF, 0xD9})},
      {"PNG signature only", to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'})},
      {"PNG mangled by text mode", to_bytes({0x89, 'P', 'N', 'G', '\n', 0x1A, '\n', 0})},
      {"GIF", to_bytes({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0, 0, 0, ';'})},
      {"BMP", to_bytes({'B', 'M', 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0})},
      {"WebP start only",
       to_bytes({'R', 'I', 'F', 'F', 26, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8'})},
      {"RIFF of sound", to_bytes({'R', 'I', 'F', 'F', 4, 0, 0, 0, 'W', 'A', 'V', 'E'})},
      {"TIFF", to_bytes({'I', 'I', 42, 0, 8, 0, 0, 0})},
      {"PSD", to_bytes({'8', 'B', 'P', 'S', 0, 1})},
      {"HDR", to_bytes({'#', '?', 'R', 'A', 'D', 'I', 'A', 'N', 'C', 'E', '\n'})},
      {"PNM", to_bytes({'P', '6', ' ', '1', ' ', '1', ' ', '2', '5', '5', '\n', 0, 0, 0})},
      {"text", to_bytes({'h', 'e', 'l', 'l', 'o'})},
      {"SVG", to_bytes({'<', 's', 'v', 'g', '/', '>'})}};
  for (const Named& other : others) expect_refused(other);
}

TEST(BadPictures, DimensionsThatLieAreRefused) {
  constexpr std::uint32_t kSides[] = {0,     21,         1000,       16384,     16385,
                                      65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  for (std::uint32_t side : kSides) {
    expect_refused({"png width " + std::to_string(side), png_of(side, 15)});
    expect_refused({"png height " + std::to_string(side), png_of(20, side)});
    expect_refused({"png both " + std::to_string(side), png_of(side, side)});
  }
  const FileBytes jpeg = make_jpeg({.width = 40, .height = 30});
  for (int side : {0, 16384, 16385, 65535}) {
    expect_refused({"jpeg height", testing::with_declared_size(jpeg, side, 40)});
    expect_refused({"jpeg both", testing::with_declared_size(jpeg, side, side)});
  }
  expect_sane({"jpeg height 1000", testing::with_declared_size(jpeg, 1000, 40)});
}

TEST(BadPictures, SizesOverTheLimitsAreRefusedFromTheHeader) {
  for (auto [width, height] : {std::pair{1u, 16384u},
                               {16384u, 1u},
                               {1u, 201u},
                               {201u, 1u},
                               {16385u, 16385u},
                               {8001u, 5000u},
                               {0u, 7u},
                               {7u, 0u},
                               {0u, 0u}}) {
    const Named bad{std::to_string(width) + " by " + std::to_string(height), png_of(width, height)};
    expect_refused(bad);
    EXPECT_EQ(probe_image(bad.file, {}).status().code(), StatusCode::kImageDecode) << bad.name;
  }
}

TEST(BadPictures, TooManyCompressedBytesAreRefused) {
  ImageLimits limits;
  const FileBytes file = make_png(small_png());
  limits.compressed_bytes = file.size();
  EXPECT_TRUE(decode_image(file, limits).ok());
  limits.compressed_bytes = file.size() - 1;
  expect_refused({"one byte too many", file}, limits);
}

TEST(BadPictures, MalformedPngStructureIsRefused) {
  PngSpec no_palette = palette_png();
  no_palette.chunks.clear();
  PngSpec empty_palette = palette_png();
  empty_palette.chunks = {{"PLTE", {}}};
  PngSpec broken_palette = palette_png();
  broken_palette.chunks = {{"PLTE", to_bytes({1, 2, 3, 4})}};
  PngSpec long_palette = palette_png();
  long_palette.chunks = {{"PLTE", FileBytes(257 * 3)}};
  PngSpec alpha_first = palette_png();
  std::swap(alpha_first.chunks[0], alpha_first.chunks[1]);
  PngSpec too_much_alpha = palette_png();
  too_much_alpha.chunks[1].second = to_bytes({128, 128});
  PngSpec index_outside = palette_png();
  index_outside.samples[5] = 1;
  PngSpec odd_depth = small_png();
  odd_depth.depth = 4;
  PngSpec unknown_critical = small_png();
  unknown_critical.chunks = {{"CRIT", to_bytes({1})}};
  FileBytes no_data = make_png_start(small_png());
  append(no_data, make_chunk("IEND", {}));
  FileBytes data_first = to_bytes({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
  append(data_first, make_chunk("IDAT", {}));
  FileBytes huge_chunk = make_png_start(small_png());
  append(huge_chunk, to_bytes({0xFF, 0xFF, 0xFF, 0xFF, 'I', 'D', 'A', 'T', 0, 0, 0, 0}));
  for (const Named& bad : std::vector<Named>{{"no palette", make_png(no_palette)},
                                             {"empty palette", make_png(empty_palette)},
                                             {"broken palette", make_png(broken_palette)},
                                             {"long palette", make_png(long_palette)},
                                             {"depth 4 in RGB", make_png(odd_depth)},
                                             {"critical chunk", make_png(unknown_critical)},
                                             {"no picture data", no_data},
                                             {"no header", data_first},
                                             {"chunk of 4 GiB", huge_chunk}}) {
    expect_refused(bad);
  }
  expect_sane({"palette index outside", make_png(index_outside)});
  expect_sane({"tRNS first", make_png(alpha_first)});
  expect_sane({"too long tRNS", make_png(too_much_alpha)});
}

TEST(BadPictures, HuffmanTablesThatOverrunAreRefused) {
  const FileBytes jpeg = make_jpeg({.width = 16, .height = 16});
  const auto table =
      std::search(jpeg.begin(), jpeg.end(), std::begin(kTableMarker), std::end(kTableMarker)) -
      jpeg.begin();
  for (std::ptrdiff_t length = 0; length < 16; ++length) {
    Named bad{"255 codes more of length " + std::to_string(length + 1), jpeg};
    bad.file[static_cast<std::size_t>(table + 5 + length)] = std::byte{0xFF};
    expect_refused(bad);
  }
}

TEST(BadPictures, BombsStaySmall) {
  constexpr std::size_t kZeros = std::size_t{64} << 20;
  const FileBytes bomb = testing::make_zlib_bomb(kZeros);
  FileBytes tiny = make_png_start({.width = 1, .height = 1, .samples = {}});
  append(tiny, make_chunk("IDAT", bomb));
  append(tiny, make_chunk("IEND", {}));
  expect_sane({"one pixel with 64 MiB of data", tiny});
  for (const std::string type : {"iCCP", "zTXt"}) {
    PngSpec spec = small_png();
    FileBytes data = to_bytes({'x', 0, 0});
    append(data, bomb);
    spec.chunks = {{type, data}};
    expect_sane({type + " bomb", make_png(spec)});
  }
  const FileBytes scans = make_jpeg({.width = 16, .height = 16, .progressive = true});
  expect_refused({"JPEG of endless scans", testing::repeat_last_scan(scans, 200)});
}

// Used and given back, so that whoever reads memory before writing to it reads these bytes.
void soil_memory() {
  const FileBytes used(100'000, std::byte{0xA5});
  ASSERT_EQ(used.back(), std::byte{0xA5});
}

// Interlacing has more rows than a decoder may expect, so the copies are in memory taken late.
TEST(BadPictures, CopiesFromNoDistanceShowNoMemory) {
  FileBytes file =
      make_png_start({.width = 64, .height = 64, .colour = 0, .interlaced = true, .samples = {}});
  append(file, make_chunk("IDAT", testing::make_zlib_of_no_distance(65 * 64, 56)));
  append(file, make_chunk("IEND", {}));
  soil_memory();
  const auto image = decode_image(file, {});
  if (!image.ok()) {
    EXPECT_EQ(image.status().code(), StatusCode::kImageDecode);
    return;
  }
  EXPECT_EQ(image->pixels, std::vector<std::uint8_t>(64 * 64 * 3, 0));
}

TEST(BadPictures, AGoodPictureStillDecodesAfterwards) {
  expect_refused({"cut", FileBytes(10)});
  EXPECT_TRUE(decode_image(make_png(small_png()), {}).ok());
  EXPECT_TRUE(decode_image(make_jpeg({.width = 9, .height = 9}), {}).ok());
  EXPECT_TRUE(decode_image(make_webp({.width = 9, .height = 9}), {}).ok());
}

}  // namespace
}  // namespace arges::vision
