// SPDX-License-Identifier: Apache-2.0
// Images and messages.
#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/targets/abi/world.h"
#include "tests/support/tiny_png.h"
#include "tests/support/tiny_webp.h"

namespace arges::fuzz {
namespace {

constexpr std::uint32_t kMostFiles = 16;  // of pictures in a message, and in a request

// Rows of caller's pixels in memory of exactly their size, so that a sanitizer sees a read past it.
struct Plane {
  Plane(std::size_t rows, std::size_t row, std::size_t distance) : stride(distance) {
    bytes.resize(rows == 0 ? 1 : (rows - 1) * std::max(row, distance) + row, 0x55);
    valid = rows > 0 && row > 0 && distance >= row;
  }
  std::vector<unsigned char> bytes;
  std::size_t stride;
  bool valid;
};

std::size_t row_bytes(std::uint32_t width, std::uint32_t format) {
  static constexpr std::array<std::uint32_t, 6> kBytes = {0, 3, 3, 4, 4, 1};
  if (format == ARGES_PIXELS_YUYV) return (width + 1) / 2 * 4;
  return format < kBytes.size() ? width * kBytes.at(format) : width;
}

// The same small picture as a PNG or as a WebP.
std::vector<unsigned char> small_file(std::uint8_t number) {
  using arges::support::kTinyPng;
  using arges::support::kTinyWebp;
  if ((number & 0x40) != 0) return {std::begin(kTinyWebp), std::end(kTinyWebp)};
  return {std::begin(kTinyPng), std::end(kTinyPng)};
}

// As much of the small picture as `length` says; a high number changes a byte.
std::vector<unsigned char> some_file(std::uint8_t length, std::uint8_t number) {
  std::vector<unsigned char> file = small_file(number);
  file.resize(std::min(file.size(), std::size_t{length}));
  if (number >= 0x80 && !file.empty()) file[number % file.size()] ^= number | 1u;
  return file;
}

bool is_whole(const std::vector<unsigned char>& file, std::uint8_t number) {
  return file == small_file(number);
}

}  // namespace

void World::image_call(const Call& call) {
  if (call.number % 4 == 1) return image_size(call.a);
  if (call.number % 4 != 0) return image_from_pixels(call);
  const bool alive = images_.alive(call.a);
  arges_image_free(images_.get(call.a));
  if (alive) images_.set_alive(call.a, false);
}

void World::image_size(std::uint8_t choice) {
  constexpr std::uint32_t kUntouched = 77'777;
  std::uint32_t width = kUntouched;
  std::uint32_t height = kUntouched;
  const Status status = arges_image_size(images_.get(choice), &width, &height);
  expect_done(status, images_.alive(choice));
  ImageFacts expected{kUntouched, kUntouched};
  if (status == ARGES_OK) expected = images_.facts(choice);
  require(width == expected.width && height == expected.height, "a picture's size");
}

void World::image_from_pixels(const Call& call) {
  if (!images_.is_free(call.a)) return;
  const std::uint32_t side = call.b % 9;
  const std::uint32_t format = call.number / 4 % 8;
  const std::size_t row = row_bytes(side, format);
  const std::size_t shorter = call.b >= 0xE0 ? 1 : 0;
  const std::size_t longer = call.number >= 0x80 ? 5 : 0;
  const Plane plane(side, row, row + longer - std::min(shorter, row));
  const bool known = format >= ARGES_PIXELS_RGB && format <= ARGES_PIXELS_YUYV;
  const Status status = make(images_, call.a, [&](arges_image** out) {
    return arges_image_from_pixels(plane.bytes.data(), side, side, plane.stride, format, out);
  });
  expect(status, true, {known && plane.valid ? ARGES_OK : ARGES_INVALID_ARGUMENT});
  if (status == ARGES_OK) images_.facts(call.a) = {side, side};
}

void World::image_from_nv12(const Call& call) {
  if (!images_.is_free(call.a)) return;
  const std::uint32_t width = call.b % 9;
  const std::uint32_t height = call.b / 9 % 9;
  const std::size_t pairs = (width + 1) / 2;
  const std::size_t shorter = std::min<std::size_t>(call.number % 16 == 15 ? 1 : 0, width);
  const std::size_t uv_shorter = std::min<std::size_t>(call.number % 16 == 14 ? 1 : 0, 2 * pairs);
  const Plane luma(height, width, width + call.number / 64 - shorter);
  const Plane chroma((height + 1) / 2, 2 * pairs, 2 * pairs + call.number / 64 - uv_shorter);
  const Status status = make(images_, call.a, [&](arges_image** out) {
    return arges_image_from_nv12(luma.bytes.data(), luma.stride, chroma.bytes.data(), chroma.stride,
                                 width, height, out);
  });
  expect(status, true, {luma.valid && chroma.valid ? ARGES_OK : ARGES_INVALID_ARGUMENT});
  if (status == ARGES_OK) images_.facts(call.a) = {width, height};
}

void World::image_decode(const Call& call) {
  if (!images_.is_free(call.a)) return;
  std::vector<unsigned char> file = some_file(call.b, call.number);
  const std::size_t length = file.size();
  const bool whole = is_whole(file, call.number);
  file.reserve(1);  // an address, whatever the length
  const Status status = make(images_, call.a, [&](arges_image** out) {
    return arges_image_decode(file.data(), length, out);
  });
  expect(status, true, whole ? StatusList{ARGES_OK} : StatusList{ARGES_OK, ARGES_IMAGE_DECODE});
  if (status != ARGES_OK) return;
  ImageFacts& facts = images_.facts(call.a);
  require(arges_image_size(images_.get(call.a), &facts.width, &facts.height) == ARGES_OK, "a size");
  require(!whole || (facts.width == 1 && facts.height == 2), "the small picture's size");
}

void World::message_create(const Call& call) {
  if (call.number % 4 == 0) {
    const bool alive = messages_.alive(call.a);
    arges_message_free(messages_.get(call.a));
    if (alive) messages_.set_alive(call.a, false);
    return;
  }
  if (!messages_.is_free(call.a)) return;
  const std::uint32_t role = call.b % 8 < 6 ? ARGES_ROLE_USER : call.b % 5;
  const Status status =
      make(messages_, call.a, [&](arges_message** out) { return arges_message_create(role, out); });
  const bool known = role >= ARGES_ROLE_SYSTEM && role <= ARGES_ROLE_ASSISTANT;
  expect(status, true, {known ? ARGES_OK : ARGES_INVALID_ARGUMENT});
  if (status == ARGES_OK) messages_.facts(call.a).role = role;
}

void World::message_add(const Call& call) {
  const bool alive = messages_.alive(call.a);
  MessageFacts& facts = messages_.facts(call.a);
  if (call.number % 3 == 0) {
    const Status status = arges_message_add_image(messages_.get(call.a), images_.get(call.b));
    expect_done(status, alive && images_.alive(call.b));
    if (status == ARGES_OK) ++facts.images;
    return;
  }
  if (call.number % 7 == 1) return message_add_file(call);
  const std::string text(call.b, static_cast<char>(call.number));
  const bool is_utf8 = text.empty() || call.number < 0x80;
  const Status status = arges_message_add_text(messages_.get(call.a), text.data(), text.size());
  expect(status, alive, {is_utf8 ? ARGES_OK : ARGES_INVALID_ARGUMENT});
  if (status == ARGES_OK) facts.text_bytes += call.b;
}

void World::message_add_file(const Call& call) {
  std::vector<unsigned char> file = some_file(call.b, call.number);
  const std::size_t length = file.size();
  file.reserve(1);
  const Status status = arges_message_add_image_bytes(messages_.get(call.a), file.data(), length);
  MessageFacts& facts = messages_.facts(call.a);
  const bool has_room = facts.images < kMostFiles;
  expect(status, messages_.alive(call.a), {has_room ? ARGES_OK : ARGES_INVALID_ARGUMENT});
  if (status != ARGES_OK) return;
  ++facts.images;
  facts.has_file = facts.has_file || !is_whole(file, call.number);
}

}  // namespace arges::fuzz
