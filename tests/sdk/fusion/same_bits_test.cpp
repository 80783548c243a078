// SPDX-License-Identifier: Apache-2.0
// Bits are a function of tokens and cuts: not of how a prompt is shared out over steps, of who else
// is in them, of threads, nor of how a conversation came about.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/cpu/dot_product.h"
#include "sdk/fusion/vision_language_model.h"
#include "sdk/runtime/input_blocks.h"

namespace arges::sdk {
namespace {

using Logits = std::vector<float>;
using Ids = std::vector<language::TokenId>;

constexpr std::int64_t kOneShot = 1'000'000;

// A model of tests/golden and the format of its weights.
struct Opened {
  const char* folder;
  const char* weights = "auto";
};

std::shared_ptr<VisionLanguageModel> open(const Opened& opened, int threads = 2) {
  ModelOpenOptions options;
  options.path = std::string(ARGES_GOLDEN_DIR) + opened.folder;
  options.weight_format = opened.weights;
  options.device = "cpu";
  options.threads = threads;
  options.weights_only = true;
  return VisionLanguageModel::open(options).value();
}

Ids words(std::int64_t count, std::int64_t seed, std::int64_t vocab) {
  Ids ids;
  for (std::int64_t i = 0; i < count; ++i) {
    ids.push_back(static_cast<language::TokenId>((seed * 31 + i * i * 7 + i * 13) % vocab));
  }
  return ids;
}

// One more message: ids, and a cut where it ends.
void say(ModelInput& input, const Ids& message) {
  input.ids.insert(input.ids.end(), message.begin(), message.end());
  input.cuts.push_back(std::ssize(input.ids));
}

// What a step has left for an item, before the next one takes it away.
Logits logits_of(const StepItem& item, const VisionLanguageModel& model) {
  return {item.logits, item.logits + model.vocab_size()};
}

// A conversation under way.
struct Talk {
  explicit Talk(VisionLanguageModel& m) : model(m), sequence(m.create_sequence().value()) {}

  Talk fork() const {
    Talk copy(model);
    copy.sequence = sequence->clone().value();
    return copy;
  }

  // Absorbs the rest of an input in steps of a budget; logits of its last token.
  Logits absorb(const ModelInput& input, std::int64_t budget) {
    Logits logits;
    for (std::int64_t at = 0; at < std::ssize(input.ids);) {
      const std::int64_t end = chunk_end(input, at, budget, model.block_tokens());
      StepItem item{sequence.get(), &input, at, end - at, true};
      EXPECT_TRUE(model.step({&item, 1}).ok());
      logits = logits_of(item, model);
      at = end;
    }
    return logits;
  }

  // Absorbs ids one by one, as an answer is while it is made.
  Logits speak(const Ids& ids) {
    Logits logits;
    const ModelInput input{ids, {}, {}};
    for (std::int64_t at = 0; at < std::ssize(ids); ++at) {
      StepItem item{sequence.get(), &input, at, 1, true};
      EXPECT_TRUE(model.step({&item, 1}).ok());
      logits = logits_of(item, model);
    }
    return logits;
  }

  VisionLanguageModel& model;
  std::unique_ptr<Sequence> sequence;
};

class SameBits : public ::testing::TestWithParam<Opened> {
 protected:
  void SetUp() override {
    if (GetParam().weights == std::string_view("bf16_dot") && kernels::cpu::dot_units().empty()) {
      GTEST_SKIP() << "this processor multiplies no bf16";
    }
    model_ = open(GetParam());
  }

  ModelInput prompt() const {
    ModelInput input;
    for (const std::int64_t length : {3, 130, 64, 11, 200, 1, 75}) {
      say(input, words(length, length, model_->vocab_size()));
    }
    return input;
  }

  std::shared_ptr<VisionLanguageModel> model_;
};
INSTANTIATE_TEST_SUITE_P(Models, SameBits,
                         ::testing::Values(Opened{"/text/l8_partial_h8/model"},
                                           Opened{"/text/l6_odd_sizes/model"},
                                           Opened{"/text/l8_partial_h8/model", "bf16_dot"},
                                           Opened{"/text/l6_odd_sizes/model", "bf16_dot"},
                                           Opened{"/text/l8_partial_h8/model", "q8"},
                                           Opened{"/text/l6_odd_sizes/model", "q4"}));

// The bytes of a sequence, and a sequence of them.
std::vector<std::byte> written(const Sequence& sequence) {
  std::vector<std::byte> bytes;
  EXPECT_TRUE(sequence
                  .write([&](std::span<const std::byte> piece) -> Status {
                    bytes.insert(bytes.end(), piece.begin(), piece.end());
                    return {};
                  })
                  .ok());
  return bytes;
}

std::unique_ptr<Sequence> read_back(VisionLanguageModel& model, std::int64_t length,
                                    const std::vector<std::byte>& bytes) {
  auto next = bytes.begin();
  return model
      .read_sequence(length,
                     [&](std::span<std::byte> to) -> Status {
                       std::copy_n(next, to.size(), to.begin());
                       next += std::ssize(to);
                       return {};
                     })
      .value();
}

TEST_P(SameBits, AfterASequenceHasBeenWrittenAndReadBack) {
  const ModelInput input = prompt();
  const Ids after = words(5, 9, model_->vocab_size());
  Talk talk(*model_);
  talk.absorb(input, kOneShot);
  const auto bytes = written(*talk.sequence);
  ASSERT_EQ(std::ssize(bytes), model_->sequence_bytes(std::ssize(input.ids)));
  const Logits later = talk.speak(after);
  const auto other = open(GetParam(), 1);
  Talk again(*other);
  again.sequence = read_back(*other, std::ssize(input.ids), bytes);
  EXPECT_EQ(written(*again.sequence), bytes);
  EXPECT_EQ(again.speak(after), later);
}

TEST_P(SameBits, InOneShotAndWithinAnyBudget) {
  const ModelInput input = prompt();
  const Ids after = words(5, 9, model_->vocab_size());
  Talk at_once(*model_);
  const Logits logits = at_once.absorb(input, kOneShot);
  const Logits later = at_once.speak(after);
  for (const std::int64_t budget : {1, 64, 100, 128, 256, 300}) {
    Talk in_parts(*model_);
    EXPECT_EQ(in_parts.absorb(input, budget), logits) << budget;
    EXPECT_EQ(in_parts.speak(after), later) << budget;
  }
}

// An answer is absorbed token by token, and again in blocks before anything is built on it.
TEST_P(SameBits, OfAnAnswerThatIsReabsorbedAndOfOneThatWasAlwaysThere) {
  const Ids answer = words(90, 5, model_->vocab_size());
  const Ids question = words(20, 6, model_->vocab_size());
  ModelInput all = prompt();
  say(all, answer);
  say(all, question);
  Talk at_once(*model_);
  const Logits expected = at_once.absorb(all, kOneShot);

  Talk live(*model_);
  live.absorb(prompt(), 256);
  Talk committed = live.fork();
  live.speak(answer);
  ModelInput rest;
  say(rest, answer);
  say(rest, question);
  EXPECT_EQ(committed.absorb(rest, 64), expected);
}

TEST_P(SameBits, OfARewoundConversationAndOfOneThatNeverWentThere) {
  const ModelInput input = prompt();
  ModelInput detour, way;
  say(detour, words(140, 7, model_->vocab_size()));
  say(way, words(33, 8, model_->vocab_size()));
  Talk straight(*model_);
  straight.absorb(input, kOneShot);
  const Logits expected = straight.absorb(way, kOneShot);
  Talk talk(*model_);
  talk.absorb(input, kOneShot);
  for (int round = 0; round < 3; ++round) {
    Talk tried = talk.fork();
    tried.absorb(detour, 128);
    tried.speak(words(3, round, model_->vocab_size()));
  }
  EXPECT_EQ(talk.absorb(way, kOneShot), expected);
}

TEST_P(SameBits, OfForksThatGoOnTogetherAndOfEachAlone) {
  Talk root(*model_);
  root.absorb(prompt(), kOneShot);
  std::vector<Logits> alone;
  for (std::int64_t i = 0; i < 4; ++i) {
    Talk one = root.fork();
    alone.push_back(one.speak(words(4, i, model_->vocab_size())));
  }
  std::vector<Talk> forks;
  std::vector<ModelInput> inputs;
  std::vector<Logits> logits;
  for (std::int64_t i = 0; i < 4; ++i) {
    forks.push_back(root.fork());
    inputs.push_back({words(4, i, model_->vocab_size()), {}, {}});
  }
  for (std::int64_t at = 0; at < 4; ++at) {
    std::vector<StepItem> items;
    for (std::size_t i = 0; i < 4; ++i) {
      items.push_back({forks[i].sequence.get(), &inputs[i], at, 1, true});
    }
    ASSERT_TRUE(model_->step(items).ok());
    logits.clear();
    for (const StepItem& item : items) logits.push_back(logits_of(item, *model_));
  }
  EXPECT_EQ(logits, alone);
}

// Fills unused memory of sequences with what would spoil every sum that it gets into.
void spoil(language::BlockPool& pool) {
  std::vector<language::BlockRef> blocks;
  for (int i = 0; i < 12; ++i) {
    blocks.emplace_back(pool, pool.take().value());
    const auto at = static_cast<std::size_t>(blocks.back().block() * pool.block_bytes());
    std::fill_n(reinterpret_cast<float*>(pool.memory().at(at)), pool.block_bytes() / 4,
                std::numeric_limits<float>::quiet_NaN());
  }
}

TEST_P(SameBits, InMemoryThatHeldSomethingElse) {
  const ModelInput input = prompt();
  const Logits before = Talk(*model_).absorb(input, 64);
  spoil(model_->decoder().pool()->slots());
  spoil(model_->decoder().pool()->pages());
  Talk talk(*model_);
  EXPECT_EQ(talk.absorb(input, 64), before);
  Talk fork = talk.fork();
  EXPECT_EQ(fork.speak({1, 2, 3}), talk.speak({1, 2, 3}));
}

// Prompts and answers of several conversations in the same steps, on one thread and on many.
TEST_P(SameBits, AloneAndInAnyBatchOnAnyThreads) {
  const std::vector<std::int64_t> lengths{1, 5, 64, 90, 200};
  std::vector<ModelInput> inputs(lengths.size());
  std::vector<Logits> alone;
  const auto single = open(GetParam(), 1);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    say(inputs[i], words(lengths[i], lengths[i], single->vocab_size()));
    alone.push_back(Talk(*single).absorb(inputs[i], 64));
  }
  for (const int threads : {1, 2, 3, 8, 16}) {
    const auto model = open(GetParam(), threads);
    std::vector<Talk> talks;
    std::vector<std::int64_t> done(lengths.size(), 0);
    std::vector<Logits> logits(lengths.size());
    for (std::size_t i = 0; i < lengths.size(); ++i) talks.emplace_back(*model);
    for (;;) {
      std::vector<StepItem> items;
      std::vector<std::size_t> whose;
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (done[i] == lengths[i]) continue;
        // Everyone takes as much of his prompt as he likes.
        const std::int64_t end = chunk_end(
            inputs[i], done[i], static_cast<std::int64_t>(64 * (i % 2 + 1)), model->block_tokens());
        items.push_back({talks[i].sequence.get(), &inputs[i], done[i], end - done[i], true});
        whose.push_back(i);
        done[i] = end;
      }
      if (items.empty()) break;
      ASSERT_TRUE(model->step(items).ok());
      for (std::size_t i = 0; i < items.size(); ++i) {
        logits[whose[i]] = logits_of(items[i], *model);
      }
    }
    EXPECT_EQ(logits, alone) << threads << " threads";
  }
}

// Pictures end blocks too; what their features are does not matter here.
TEST(SameBitsOfPictures, InOneShotAndWithinAnyBudget) {
  const auto model = open({"/vl/model_original"});
  const std::int64_t hidden = model->decoder().config().hidden_size;
  const auto features = [&](std::int64_t tokens) {
    auto made = std::make_shared<ImageFeatures>();
    made->tokens = tokens;
    made->data =
        Memory::allocate(static_cast<std::size_t>(tokens * hidden) * sizeof(float)).value();
    for (std::int64_t i = 0; i < tokens * hidden; ++i) {
      made->data.f32()[i] = static_cast<float>(i * i % 101) / 101.0f - 0.5f;
    }
    return made;
  };
  ModelInput input;
  say(input, words(10, 1, model->vocab_size()));
  for (const std::int64_t tokens : {100, 7}) {
    input.pictures.push_back({std::ssize(input.ids), features(tokens)});
    say(input, Ids(static_cast<std::size_t>(tokens), 1));
  }
  say(input, words(80, 2, model->vocab_size()));
  const Logits logits = Talk(*model).absorb(input, kOneShot);
  for (const std::int64_t budget : {1, 64, 128, 200}) {
    EXPECT_EQ(Talk(*model).absorb(input, budget), logits) << budget;
  }
}

}  // namespace
}  // namespace arges::sdk
