// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "tests/bindings_c/abi_world.h"
#include "tests/support/tiny_png.h"

namespace arges::bindings_test {
namespace {

using support::kTinyPng;

// Picture files as parts of messages.
class ImageBytes : public testing::Test {
 protected:
  ImageBytes() { EXPECT_EQ(arges_message_create(ARGES_ROLE_USER, &message), ARGES_OK); }
  ~ImageBytes() override {
    arges_message_free(message);
    arges_engine_close(engine);
  }

  Answer answer(World& world) {
    arges_request* request = nullptr;
    EXPECT_EQ(arges_generate(world.session, &message, 1, nullptr, world.queue, 2, &request),
              ARGES_OK);
    arges_request_free(request);
    return read_answer(world.queue, 2);
  }

  arges_engine* engine = open_scripted_engine("seen");
  arges_message* message = nullptr;
};

TEST_F(ImageBytes, AreCopied) {
  World world(engine);
  std::vector<unsigned char> file(std::begin(kTinyPng), std::end(kTinyPng));
  ASSERT_EQ(arges_message_add_image_bytes(message, file.data(), file.size()), ARGES_OK);
  file.assign(file.size(), 0);
  EXPECT_EQ(answer(world).end, ARGES_EVENT_DONE);
}

TEST_F(ImageBytes, OfNoPictureEndTheRequestWithTheDecodersSentence) {
  World world(engine);
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  arges_session_token_count(world.session, &before);
  ASSERT_EQ(arges_message_add_image_bytes(message, "not a picture", 13), ARGES_OK);
  const Answer failed = answer(world);
  EXPECT_EQ(failed.end, ARGES_EVENT_FAILED);
  EXPECT_EQ(failed.status, ARGES_IMAGE_DECODE);
  arges_image* image = nullptr;
  EXPECT_EQ(arges_image_decode("not a picture", 13, &image), ARGES_IMAGE_DECODE);
  EXPECT_EQ(failed.reason, arges_last_error_message());
  arges_session_token_count(world.session, &after);
  EXPECT_EQ(before, after);
}

TEST_F(ImageBytes, AreHeldForNoMoreImagesThanARequestMayHave) {
  World world(engine);
  ASSERT_EQ(arges_message_add_image(message, world.image), ARGES_OK);
  for (int i = 0; i < 15; ++i) {
    ASSERT_EQ(arges_message_add_image_bytes(message, kTinyPng, sizeof kTinyPng), ARGES_OK);
  }
  EXPECT_EQ(arges_message_add_image_bytes(message, kTinyPng, sizeof kTinyPng),
            ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(answer(world).end, ARGES_EVENT_DONE);
}

TEST_F(ImageBytes, OverTheLimitAreRefusedAtOnce) {
  const std::vector<std::byte> file((std::size_t{20} << 20) + 1);
  EXPECT_EQ(arges_message_add_image_bytes(message, file.data(), file.size()), ARGES_IMAGE_DECODE);
  EXPECT_EQ(arges_message_add_image_bytes(message, file.data(), file.size() - 1), ARGES_OK);
}

}  // namespace
}  // namespace arges::bindings_test
