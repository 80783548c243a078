// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

// The limits hold for a request, however its content is spread over messages and parts.
class RequestLimits : public testing::Test {
 protected:
  ~RequestLimits() override {
    for (arges_message* message : messages) arges_message_free(message);
    arges_engine_close(engine);
  }

  arges_message* add_message() {
    arges_message* message = nullptr;
    EXPECT_EQ(arges_message_create(ARGES_ROLE_USER, &message), ARGES_OK);
    messages.push_back(message);
    return message;
  }
  arges_status generate() {
    World world(engine);
    arges_request* request = nullptr;
    const arges_status status = arges_generate(world.session, messages.data(), messages.size(),
                                               nullptr, world.queue, 2, &request);
    if (status == ARGES_OK) {
      EXPECT_NE(read_answer(world.queue, 2).end, 0u);
    }
    arges_request_free(request);
    return status;
  }

  arges_engine* engine = open_scripted_engine("within limits");
  std::vector<arges_message*> messages;
};

TEST_F(RequestLimits, BoundTheTextOfAllMessages) {
  const std::string part(8'000'000, 'x');
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(arges_message_add_text(add_message(), part.data(), part.size()), ARGES_OK);
  }
  EXPECT_EQ(generate(), ARGES_OK);
  ASSERT_EQ(arges_message_add_text(add_message(), "x", 1), ARGES_OK);
  EXPECT_EQ(generate(), ARGES_INVALID_ARGUMENT);
}

TEST_F(RequestLimits, BoundThePartsOfAllMessages) {
  arges_message* first = add_message();
  for (int i = 0; i < 4096; ++i) ASSERT_EQ(arges_message_add_text(first, "", 0), ARGES_OK);
  EXPECT_EQ(arges_message_add_text(first, "", 0), ARGES_INVALID_ARGUMENT);
  const World world(engine);
  EXPECT_EQ(arges_message_add_image(first, world.image), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(arges_message_add_image_bytes(first, "x", 1), ARGES_INVALID_ARGUMENT);
  EXPECT_EQ(generate(), ARGES_OK);
  ASSERT_EQ(arges_message_add_text(add_message(), "", 0), ARGES_OK);
  EXPECT_EQ(generate(), ARGES_INVALID_ARGUMENT);
}

TEST_F(RequestLimits, BoundTheImagesOfAllMessages) {
  World world(engine);
  for (int i = 0; i < 16; ++i) {
    ASSERT_EQ(arges_message_add_image(add_message(), world.image), ARGES_OK);
  }
  EXPECT_EQ(generate(), ARGES_OK);
  ASSERT_EQ(arges_message_add_image(add_message(), world.image), ARGES_OK);
  EXPECT_EQ(generate(), ARGES_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace arges::bindings_test
