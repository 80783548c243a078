// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

// Bytes that the process has taken at most.
std::uint64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

class Tokens : public testing::Test {
 protected:
  ~Tokens() override { arges_engine_close(engine); }

  arges_engine* engine = open_scripted_engine("x");
};

TEST_F(Tokens, OfATextAreTheTextAgain) {
  const std::string text = "größer";
  std::uint64_t count = 0;
  ASSERT_EQ(arges_tokenize(engine, text.data(), text.size(), nullptr, 0, &count), ARGES_OK);
  ASSERT_EQ(count, text.size()) << "a byte each";
  std::vector<std::int32_t> tokens(count);
  ASSERT_EQ(arges_tokenize(engine, text.data(), text.size(), tokens.data(), tokens.size(), &count),
            ARGES_OK);
  std::string again(100, '-');
  std::uint64_t length = 0;
  ASSERT_EQ(arges_detokenize(engine, tokens.data(), count, again.data(), again.size(), &length),
            ARGES_OK);
  EXPECT_EQ(again.substr(0, length), text);
  EXPECT_EQ(again[length], '-');
}

TEST_F(Tokens, AreNotWrittenWhereThereIsNoRoomForAll) {
  std::vector<std::int32_t> tokens(4, -7);
  std::uint64_t count = 0;
  ASSERT_EQ(arges_tokenize(engine, "hello", 5, tokens.data(), tokens.size(), &count), ARGES_OK);
  EXPECT_EQ(count, 5u);
  EXPECT_EQ(tokens, std::vector<std::int32_t>(4, -7));
  const std::int32_t ids[] = {'a', 'b'};
  char text = '-';
  std::uint64_t length = 0;
  ASSERT_EQ(arges_detokenize(engine, ids, 2, &text, 1, &length), ARGES_OK);
  EXPECT_EQ(length, 2u);
  EXPECT_EQ(text, '-');
}

// What they stand for is counted and never held: the longest token, again and again, has more bytes
// than there is room for.
TEST_F(Tokens, AreCountedWithoutMemoryForTheirText) {
  const std::vector<std::int32_t> ids(50'000'000, 'a');
  std::uint64_t length = 0;
  const std::uint64_t before = peak_memory();
  ASSERT_EQ(arges_detokenize(engine, ids.data(), ids.size(), nullptr, 0, &length), ARGES_OK);
  EXPECT_EQ(length, ids.size());
  EXPECT_LT(peak_memory() - before, 10'000'000u);
}

TEST_F(Tokens, ThatDoNotExistAreRefused) {
  const std::int32_t ids[] = {'a', 99'999};
  char text[10];
  std::uint64_t length = 7;
  EXPECT_EQ(arges_detokenize(engine, ids, 2, text, sizeof text, &length), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(length, 7u) << "untouched";
}

TEST_F(Tokens, OfControlAndOfHalfALetterHaveBytesToo) {
  const std::int32_t ids[] = {sdk::ByteTokenizer::kUser, 0xC3};
  std::string bytes(20, '-');
  std::uint64_t length = 0;
  ASSERT_EQ(arges_detokenize(engine, ids, 2, bytes.data(), bytes.size(), &length), ARGES_OK);
  EXPECT_EQ(bytes.substr(0, length), "<user>\xC3");
  EXPECT_EQ(bytes[length], '-') << "no zero behind them";
}

TEST_F(Tokens, OfMessagesAreThoseThatTheirPromptHas) {
  World world(engine);
  ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
  std::uint64_t counted = 0;
  ASSERT_EQ(arges_count_tokens(engine, &world.message, 1, &counted), ARGES_OK);
  arges_session* fresh = nullptr;
  arges_request* request = nullptr;
  ASSERT_EQ(arges_session_create(engine, &fresh), ARGES_OK);
  ASSERT_EQ(arges_generate(fresh, &world.message, 1, nullptr, world.queue, 2, &request), ARGES_OK);
  arges_event event;
  arges_event_init(&event, sizeof event);
  while (event.type < ARGES_EVENT_DONE) {
    ASSERT_EQ(arges_queue_next(world.queue, 60'000, &event), ARGES_OK);
  }
  EXPECT_EQ(event.prompt_tokens, counted);
  arges_event_clear(&event);
  arges_request_free(request);
  arges_session_close(fresh);
}

}  // namespace
}  // namespace arges::bindings_test
