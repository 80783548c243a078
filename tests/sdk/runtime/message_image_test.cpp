// SPDX-License-Identifier: Apache-2.0
// Pictures that are given as files and decoded in the background.
#include "sdk/runtime/message_image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "tests/sdk/runtime/scripted_engine.h"
#include "tests/support/tiny_png.h"

namespace arges::sdk::testing {
namespace {

std::vector<std::byte> png_bytes() {
  std::vector<std::byte> bytes;
  std::transform(std::begin(support::kTinyPng), std::end(support::kTinyPng),
                 std::back_inserter(bytes), [](unsigned char value) { return std::byte{value}; });
  return bytes;
}

// A sound header, and data that its checksum gives away.
std::vector<std::byte> damaged_png() {
  std::vector<std::byte> bytes = png_bytes();
  bytes[45] ^= std::byte{1};
  return bytes;
}

Message show(std::initializer_list<MessageImage> images) {
  Message message;
  for (const auto& image : images) message.parts.emplace_back(image);
  return message;
}

void expect_failed(const Transcript& transcript, StatusCode code) {
  EXPECT_EQ(transcript.last().type, EventType::kFailed);
  EXPECT_EQ(transcript.last().status.code(), code);
  EXPECT_GT(transcript.last().status.message().size(), 20u);
}

TEST(MessageImage, AFileAnswersAsItsPixelsDo) {
  ScriptedEngine engine;
  const Message file = show({MessageImage(png_bytes()), make_image(1, 3)});
  const Message pixels = show({make_image(2, 5), make_image(1, 3)});
  const auto answer = ask(*engine.session(), {pixels});
  EXPECT_EQ(answer.last().type, EventType::kDone);
  EXPECT_EQ(ask(*engine.session(), {file}).text, answer.text);
  EXPECT_EQ(engine.engine->count_tokens({{file}}).value(),
            engine.engine->count_tokens({{pixels}}).value());
}

TEST(MessageImage, AFileWithoutASoundHeaderFailsBeforeAnyTextIsRead) {
  ScriptedEngine engine;
  auto session = engine.session();
  const Message message = show({MessageImage(std::vector<std::byte>(40))});
  expect_failed(ask(*session, {user("words"), message}), StatusCode::kImageDecode);
  EXPECT_EQ(engine.model->encoded_bytes(), 0);
  EXPECT_EQ(engine.engine->count_tokens({{message}}).status().code(), StatusCode::kImageDecode);
  expect_failed(ask(*session, {show({MessageImage(std::vector<std::byte>())})}),
                StatusCode::kImageDecode);
}

TEST(MessageImage, ADamagedFileLeavesTheSessionAsItWas) {
  ScriptedEngine engine;
  auto session = engine.session();
  ask(*session, {user("first")});
  const auto tokens = session->token_count();
  const auto steps = engine.model->steps().size();
  expect_failed(ask(*session, {show({MessageImage(damaged_png())})}), StatusCode::kImageDecode);
  EXPECT_EQ(session->token_count(), tokens);
  EXPECT_EQ(engine.model->steps().size(), steps);
  auto other = engine.session();
  ask(*other, {user("first")});
  EXPECT_EQ(ask(*session, {user("next")}).text, ask(*other, {user("next")}).text);
}

// Its damage would be found when it is decoded, which does not happen behind the cancel.
TEST(MessageImage, ACancelBetweenTwoPicturesLeavesTheSecondUndecoded) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->tile_gate().shut();
  auto queue = make_queue();
  auto request = session->generate({show({MessageImage(png_bytes()), MessageImage(damaged_png())})},
                                   {}, queue, 1);
  ASSERT_TRUE(request.ok());
  engine.model->tile_gate().wait_until_held();
  (*request)->cancel();
  const auto transcript = read_all(*queue);
  EXPECT_EQ(transcript.last().status.code(), StatusCode::kCancelled);
  engine.model->tile_gate().open();
  EXPECT_EQ(ask(*session, {show({MessageImage(png_bytes())})}).last().type, EventType::kDone);
}

TEST(MessageImage, ADeadlineHoldsForFilesToo) {
  ScriptedEngine engine;
  auto session = engine.session();
  engine.model->tile_gate().shut();
  auto queue = make_queue();
  GenerateOptions options;
  options.deadline = std::chrono::milliseconds(20);
  ASSERT_TRUE(session->generate({show({MessageImage(png_bytes())})}, options, queue, 1).ok());
  EXPECT_EQ(read_all(*queue).last().status.code(), StatusCode::kDeadline);
  engine.model->tile_gate().open();
}

TEST(MessageImage, ATextModelRefusesFilesUnread) {
  ScriptedEngine engine({.sees_images = false});
  const auto refused = engine.session()->generate({show({MessageImage(std::vector<std::byte>(4))})},
                                                  {}, make_queue(), 1);
  EXPECT_EQ(refused.status().code(), StatusCode::kUnsupported);
}

TEST(MessageImage, FilesCountAsImagesOfARequest) {
  EngineOptions options;
  options.max_images_per_request = 2;
  ScriptedEngine engine({}, options);
  const MessageImage file(png_bytes());
  EXPECT_EQ(ask(*engine.session(), {show({file, file})}).last().type, EventType::kDone);
  expect_failed(ask(*engine.session(), {show({file, make_image(1, 1), file})}),
                StatusCode::kInvalidArgument);
}

TEST(MessageImage, IsSharedByItsCopies) {
  auto picture = make_image(1, 1);
  const std::weak_ptr<const vision::Image> watched = picture;
  MessageImage image(std::move(picture));
  const MessageImage copy = image;  // NOLINT: the copy is the point
  EXPECT_EQ(copy.pixels(never_stop())->get(), watched.lock().get());
  EXPECT_NE(MessageImage(png_bytes()).pixels(never_stop())->get(), nullptr);
}

TEST(MessageImage, AFileIsDecodedNoFurtherThanItsCheckAllows) {
  int asked = 0;
  const StopCheck third_time = [&] {
    return ++asked < 3 ? Status() : Status(StatusCode::kCancelled, "cancelled");
  };
  EXPECT_EQ(MessageImage(png_bytes()).pixels(third_time).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(asked, 3) << "not once more";
}

}  // namespace
}  // namespace arges::sdk::testing
