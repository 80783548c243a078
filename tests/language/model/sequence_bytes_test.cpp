// SPDX-License-Identifier: Apache-2.0
#include "language/state/sequence_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace arges::language {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::int64_t kDim = 4;
constexpr std::int64_t kHeads = 2;
constexpr std::int64_t kKvHeads = 2;

DecoderConfig config_of_four_layers() {
  DecoderConfig config;
  config.num_heads = kHeads;
  config.num_kv_heads = kKvHeads;
  config.head_dim = kDim;
  config.layer_types = {LayerType::kLightning, LayerType::kSoftmax, LayerType::kLightning,
                        LayerType::kSoftmax};
  return config;
}

std::shared_ptr<SequencePool> make_pool(std::int64_t page_tokens) {
  kernels::Backend backend = kernels::reference_backend();
  backend.kv_page_tokens = page_tokens;
  return SequencePool::create(config_of_four_layers(), backend, 0).value();
}

// The number of the state's, or of a token's, `at`-th float.
float value(std::int64_t token, std::int64_t at) {
  return static_cast<float>(1000 * (token + 1) + at);
}

// A sequence whose memory has these numbers where the ops have them (kernels/ops/causal.h).
Sequence filled(const std::shared_ptr<SequencePool>& pool, std::int64_t length) {
  Sequence sequence(pool);
  EXPECT_TRUE(sequence.reserve(length).ok());
  float* state = pool->states().slice(sequence.write_slot(), 1).f32();
  for (std::int64_t i = 0; i < pool->slot_bytes() / 4; ++i) state[i] = value(-1, i);
  const std::int64_t tokens = pool->page_tokens();
  for (std::int64_t t = 0; t < length; ++t) {
    const std::int64_t block = sequence.pages()[static_cast<std::size_t>(t / tokens)].block();
    float* page = pool->kv().data.f32() + block * pool->page_bytes() / 4;
    const std::int64_t in_page = t % tokens;
    std::int64_t at = 0;
    for (std::int64_t layer = 0; layer < 2; ++layer) {
      float* keys = page + layer * 2 * kKvHeads * tokens * kDim;
      float* values = keys + kKvHeads * tokens * kDim;
      for (std::int64_t head = 0; head < kKvHeads; ++head) {
        for (std::int64_t d = 0; d < kDim; ++d) {
          const std::int64_t panel = head * (tokens / 16) + in_page / 16;
          keys[(panel * kDim + d) * 16 + in_page % 16] = value(t, at++);
        }
      }
      for (std::int64_t head = 0; head < kKvHeads; ++head) {
        for (std::int64_t d = 0; d < kDim; ++d) {
          values[(head * tokens + in_page) * kDim + d] = value(t, at++);
        }
      }
    }
  }
  sequence.advance(length);
  return sequence;
}

Bytes bytes_of(const Sequence& sequence) {
  Bytes bytes;
  EXPECT_TRUE(write_sequence(sequence, [&](std::span<const std::byte> piece) -> Status {
                bytes.insert(bytes.end(), piece.begin(), piece.end());
                return {};
              }).ok());
  return bytes;
}

Result<Sequence> sequence_of(const Bytes& bytes, std::shared_ptr<SequencePool> pool,
                             std::int64_t length) {
  std::size_t at = 0;
  return read_sequence(std::move(pool), length, [&](std::span<std::byte> to) -> Status {
    if (to.size() > bytes.size() - at) return {StatusCode::kIo, "no more"};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), to.size(), to.begin());
    at += to.size();
    return {};
  });
}

TEST(SequenceBytes, AreTheStateAndThenEachTokensKeysAndValues) {
  const auto pool = make_pool(16);
  for (const std::int64_t length : {1, 15, 16, 17, 40}) {
    const Bytes bytes = bytes_of(filled(pool, length));
    ASSERT_EQ(std::ssize(bytes), sequence_bytes(*pool, length));
    std::vector<float> floats(bytes.size() / 4);
    std::memcpy(floats.data(), bytes.data(), bytes.size());
    const std::int64_t state = 2 * kHeads * kDim * kDim;
    const std::int64_t row = 2 * 2 * kKvHeads * kDim;
    ASSERT_EQ(std::ssize(floats), state + length * row);
    for (std::int64_t i = 0; i < state; ++i) ASSERT_EQ(floats[i], value(-1, i));
    for (std::int64_t t = 0; t < length; ++t) {
      for (std::int64_t i = 0; i < row; ++i) ASSERT_EQ(floats[state + t * row + i], value(t, i));
    }
  }
}

TEST(SequenceBytes, AreTheSameInPagesOfAnotherSize) {
  const auto small = make_pool(16);
  const auto large = make_pool(64);
  for (const std::int64_t length : {1, 16, 33, 64, 150}) {
    const Bytes bytes = bytes_of(filled(small, length));
    EXPECT_EQ(bytes_of(filled(large, length)), bytes);
    EXPECT_EQ(bytes_of(sequence_of(bytes, large, length).value()), bytes) << length;
    EXPECT_EQ(bytes_of(sequence_of(bytes, small, length).value()), bytes) << length;
  }
}

TEST(SequenceBytes, OfAnEmptySequenceAreNone) {
  const auto pool = make_pool(16);
  EXPECT_TRUE(bytes_of(Sequence(pool)).empty());
  EXPECT_EQ(sequence_bytes(*pool, 0), 0);
  EXPECT_EQ(sequence_of({}, pool, 0)->length(), 0);
}

TEST(SequenceBytes, ThatEndTooEarlyLeaveNothingTaken) {
  const auto pool = make_pool(16);
  Bytes bytes = bytes_of(filled(pool, 40));
  EXPECT_EQ(pool->bytes_in_use(), 0);
  bytes.pop_back();
  EXPECT_EQ(sequence_of(bytes, pool, 40).status().code(), StatusCode::kIo);
  EXPECT_EQ(pool->bytes_in_use(), 0);
}

TEST(SequenceBytes, AFailureToTakeThemEndsTheWriting) {
  const Sequence sequence = filled(make_pool(16), 40);
  int calls = 0;
  const Status status = write_sequence(sequence, [&](std::span<const std::byte>) -> Status {
    return ++calls == 2 ? Status(StatusCode::kCancelled, "cancelled") : Status();
  });
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace arges::language
