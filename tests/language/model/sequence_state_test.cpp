// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence_state.h"

#include <gtest/gtest.h>

namespace arges::language {
namespace {

DecoderConfig config_of_three_layers() {
  DecoderConfig config;
  config.num_heads = 2;
  config.num_kv_heads = 1;
  config.head_dim = 4;
  config.layer_types = {LayerType::kLightning, LayerType::kSoftmax, LayerType::kLightning};
  return config;
}

TEST(SequenceState, BeginsEmptyWithZeroLightningStates) {
  SequenceState state = SequenceState::create(config_of_three_layers()).value();
  EXPECT_EQ(state.length(), 0);
  for (const std::int64_t layer : {0, 2}) {
    for (int i = 0; i < 2 * 4 * 4; ++i) EXPECT_EQ(state.lightning_state(layer)[i], 0.0f);
  }
  EXPECT_NE(state.lightning_state(0), state.lightning_state(2));
}

TEST(SequenceState, GrowsByPagesOnlyWhenNeeded) {
  SequenceState state = SequenceState::create(config_of_three_layers()).value();
  ASSERT_TRUE(state.reserve(1).ok());
  EXPECT_EQ(state.kv_pages(1).pages.size(), 1u);
  state.advance(1);
  ASSERT_TRUE(state.reserve(SequenceState::kPageTokens - 1).ok());
  EXPECT_EQ(state.kv_pages(1).pages.size(), 1u);
  ASSERT_TRUE(state.reserve(SequenceState::kPageTokens).ok());
  EXPECT_EQ(state.kv_pages(1).pages.size(), 2u);
  EXPECT_EQ(state.kv_pages(1).length, 1);
}

TEST(SequenceState, CloneSharesFullPagesAndCopiesTheOpenOne) {
  SequenceState state = SequenceState::create(config_of_three_layers()).value();
  ASSERT_TRUE(state.reserve(SequenceState::kPageTokens + 3).ok());
  state.kv_pages(1).pages[0][0] = 1.0f;
  state.kv_pages(1).pages[1][0] = 2.0f;
  state.lightning_state(2)[5] = 3.0f;
  state.advance(SequenceState::kPageTokens + 3);

  SequenceState copy = state.clone().value();
  EXPECT_EQ(copy.length(), state.length());
  EXPECT_EQ(copy.kv_pages(1).pages[0], state.kv_pages(1).pages[0]);
  EXPECT_NE(copy.kv_pages(1).pages[1], state.kv_pages(1).pages[1]);
  EXPECT_EQ(copy.kv_pages(1).pages[1][0], 2.0f);
  EXPECT_EQ(copy.lightning_state(2)[5], 3.0f);

  copy.kv_pages(1).pages[1][0] = 9.0f;
  copy.lightning_state(2)[5] = 9.0f;
  EXPECT_EQ(state.kv_pages(1).pages[1][0], 2.0f);
  EXPECT_EQ(state.lightning_state(2)[5], 3.0f);
}

TEST(SequenceState, CloneOutlivesItsSource) {
  Result<SequenceState> copy = Status();
  {
    SequenceState state = SequenceState::create(config_of_three_layers()).value();
    ASSERT_TRUE(state.reserve(SequenceState::kPageTokens).ok());
    state.kv_pages(1).pages[0][7] = 4.0f;
    state.advance(SequenceState::kPageTokens);
    copy = state.clone();
  }
  EXPECT_EQ(copy->kv_pages(1).pages[0][7], 4.0f);
}

TEST(SequenceState, ReservingAgainAfterARollbackCloneKeepsPagesApart) {
  SequenceState state = SequenceState::create(config_of_three_layers()).value();
  ASSERT_TRUE(state.reserve(SequenceState::kPageTokens).ok());
  state.advance(SequenceState::kPageTokens);
  SequenceState a = state.clone().value();
  SequenceState b = state.clone().value();
  ASSERT_TRUE(a.reserve(1).ok());
  ASSERT_TRUE(b.reserve(1).ok());
  EXPECT_NE(a.kv_pages(1).pages[1], b.kv_pages(1).pages[1]);
}

}  // namespace
}  // namespace arges::language
