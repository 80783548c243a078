// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

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

std::shared_ptr<SequencePool> make_pool(std::int64_t budget = 0) {
  return SequencePool::create(config_of_three_layers(), kernels::reference_backend(), budget)
      .value();
}

// What a step does to a sequence: `tokens` of it in its pages, a number in its state.
void step(Sequence& sequence, std::int64_t tokens, float mark) {
  ASSERT_TRUE(sequence.reserve(tokens).ok());
  SequencePool& pool = sequence.pool();
  pool.states().slice(sequence.write_slot(), 1).f32()[0] = mark;
  const std::int64_t page_floats = pool.page_bytes() / 4;
  for (std::int64_t t = sequence.length(); t < sequence.length() + tokens; ++t) {
    const auto page = static_cast<std::size_t>(t / pool.page_tokens());
    const std::int64_t number = sequence.pages()[page].block();
    pool.kv().data.f32()[number * page_floats + t % pool.page_tokens()] = mark;
  }
  sequence.advance(tokens);
}

float state_of(const Sequence& sequence) {
  return sequence.pool().states().slice(sequence.read_slot(), 1).f32()[0];
}

float token_of(const Sequence& sequence, std::int64_t token) {
  SequencePool& pool = sequence.pool();
  const auto page = static_cast<std::size_t>(token / pool.page_tokens());
  const std::int64_t number = sequence.pages()[page].block();
  return pool.kv().data.f32()[number * (pool.page_bytes() / 4) + token % pool.page_tokens()];
}

TEST(Sequence, TakesNoMemoryUntilItsFirstToken) {
  const auto pool = make_pool();
  Sequence sequence(pool);
  EXPECT_EQ(sequence.length(), 0);
  EXPECT_LT(sequence.read_slot(), 0) << "a state of zeros";
  EXPECT_EQ(pool->bytes_in_use(), 0);
}

TEST(Sequence, GrowsByPagesOnlyWhenNeeded) {
  const auto pool = make_pool();
  Sequence sequence(pool);
  step(sequence, 1, 1);
  EXPECT_EQ(pool->bytes_in_use(), pool->slot_bytes() + pool->page_bytes());
  step(sequence, pool->page_tokens() - 1, 1);
  EXPECT_EQ(pool->bytes_in_use(), pool->slot_bytes() + pool->page_bytes());
  step(sequence, 1, 1);
  EXPECT_EQ(pool->bytes_in_use(), pool->slot_bytes() + 2 * pool->page_bytes());
}

TEST(Sequence, WritesItsStateInPlaceWhileItIsItsOwn) {
  Sequence sequence(make_pool());
  step(sequence, 1, 1);
  const std::int32_t slot = sequence.read_slot();
  step(sequence, 1, 2);
  EXPECT_EQ(sequence.read_slot(), slot);
}

TEST(Sequence, ForkCostsNothingUntilItGoesOn) {
  const auto pool = make_pool();
  Sequence sequence(pool);
  step(sequence, pool->page_tokens() + 3, 1);
  const std::int64_t before = pool->bytes_in_use();
  Sequence fork = sequence.fork();
  EXPECT_EQ(fork.length(), sequence.length());
  EXPECT_EQ(pool->bytes_in_use(), before);
  ASSERT_TRUE(fork.reserve(1).ok());
  EXPECT_EQ(pool->bytes_in_use(), before + pool->slot_bytes() + pool->page_bytes())
      << "a state and the page being filled; the full one is shared";
  EXPECT_EQ(fork.read_slot(), sequence.read_slot()) << "the state itself is not copied";
  EXPECT_NE(fork.write_slot(), sequence.read_slot());
}

TEST(Sequence, ForksGoTheirOwnWays) {
  const auto pool = make_pool();
  Sequence a(pool);
  step(a, 5, 1);
  Sequence b = a.fork();
  step(b, 2, 2);
  step(a, 1, 3);
  EXPECT_EQ(state_of(a), 3);
  EXPECT_EQ(state_of(b), 2);
  for (std::int64_t t = 0; t < 5; ++t) {
    EXPECT_EQ(token_of(a, t), 1);
    EXPECT_EQ(token_of(b, t), 1);
  }
  EXPECT_EQ(token_of(a, 5), 3);
  EXPECT_EQ(token_of(b, 5), 2);
}

TEST(Sequence, ForksDoNotShareRoomThatWasReserved) {
  const auto pool = make_pool();
  Sequence a(pool);
  step(a, pool->page_tokens(), 1);
  ASSERT_TRUE(a.reserve(2 * pool->page_tokens()).ok());
  Sequence b = a.fork();
  step(b, 2 * pool->page_tokens(), 2);
  step(a, 2 * pool->page_tokens(), 3);
  EXPECT_EQ(state_of(b), 2);
  EXPECT_EQ(token_of(b, pool->page_tokens()), 2);
  EXPECT_EQ(token_of(b, 2 * pool->page_tokens()), 2);
  EXPECT_EQ(token_of(a, 2 * pool->page_tokens()), 3);
}

TEST(Sequence, ForkOutlivesItsSourceAndItsPoolsOwner) {
  auto pool = make_pool();
  auto source = std::make_unique<Sequence>(pool);
  step(*source, 3, 4);
  Sequence fork = source->fork();
  source.reset();
  pool.reset();
  EXPECT_EQ(state_of(fork), 4);
  EXPECT_EQ(token_of(fork, 2), 4);
}

TEST(Sequence, GivesItsMemoryBack) {
  const auto pool = make_pool();
  for (int round = 0; round < 100; ++round) {
    Sequence sequence(pool);
    step(sequence, 3 * pool->page_tokens(), 1);
    Sequence fork = sequence.fork();
    step(fork, 1, 2);
  }
  EXPECT_EQ(pool->bytes_in_use(), 0);
}

TEST(Sequence, SaysWhenThePoolIsFullAndStaysAsItWas) {
  const auto pool = make_pool(1);  // a budget of one block of each kind
  Sequence a(pool), b(pool);
  step(a, 1, 1);
  EXPECT_EQ(b.reserve(1).code(), StatusCode::kOutOfMemoryHost);
  EXPECT_EQ(a.reserve(pool->page_tokens()).code(), StatusCode::kOutOfMemoryHost);
  EXPECT_EQ(state_of(a), 1);
  step(a, 1, 2);
  EXPECT_EQ(token_of(a, 1), 2);
}

TEST(Sequence, ForksMayBeUsedByDifferentThreads) {
  const auto pool = make_pool();
  Sequence past(pool);
  step(past, 7, 1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&past, i] {
      for (int round = 0; round < 50; ++round) {
        Sequence mine = past.fork();
        step(mine, 200, static_cast<float>(i));
        EXPECT_EQ(state_of(mine), static_cast<float>(i));
        EXPECT_EQ(token_of(mine, 206), static_cast<float>(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(state_of(past), 1);
}

}  // namespace
}  // namespace arges::language
