// SPDX-License-Identifier: Apache-2.0
// A quantised folder computes what `--weights` of its source does, bit for bit.
#include <gtest/gtest.h>

#include <ostream>

#include "sdk/fusion/vision_language_model.h"
#include "tests/sdk/quantise/quantised_folder.h"

namespace arges::sdk {
namespace {

using testing::QuantisedFolder;
using testing::TempFolder;

std::shared_ptr<VisionLanguageModel> open(const std::string& folder, const std::string& format,
                                          const std::string& device = "cpu") {
  ModelOpenOptions options;
  options.path = folder;
  options.weight_format = format;
  options.device = device;
  options.threads = 2;
  options.weights_only = true;
  auto model = VisionLanguageModel::open(options);
  EXPECT_TRUE(model.ok()) << model.status().message();
  return model.ok() ? std::move(*model) : nullptr;
}

// Logits behind a prompt of so many tokens, then behind one more.
std::vector<float> logits_of(VisionLanguageModel& model, std::int64_t tokens) {
  ModelInput input;
  for (std::int64_t i = 0; i <= tokens; ++i) {
    const std::int64_t id = (i * i * 7 + i * 13 + 5) % model.vocab_size();
    input.ids.push_back(static_cast<language::TokenId>(id));
  }
  const auto sequence = model.create_sequence().value();
  std::vector<float> logits;
  std::int64_t begin = 0;
  for (const std::int64_t count : {tokens, std::int64_t{1}}) {
    StepItem item{sequence.get(), &input, begin, count, true};
    EXPECT_TRUE(model.step({&item, 1}).ok());
    logits.insert(logits.end(), item.logits, item.logits + model.vocab_size());
    begin += count;
  }
  return logits;
}

struct Case {
  std::string model;  // of tests/golden
  std::string format;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.model << " " << one.format;
}

class SameAnswers : public ::testing::TestWithParam<Case> {
 protected:
  std::string source() const { return std::string(ARGES_GOLDEN_DIR) + GetParam().model; }
};
// Odd sizes, both names of experts, fused ones, and one with a picture's encoder.
INSTANTIATE_TEST_SUITE_P(Models, SameAnswers,
                         ::testing::Values(Case{"/text/l8_partial_h8/model", "q8"},
                                           Case{"/text/l6_odd_sizes/model", "q8"},
                                           Case{"/text/l6_odd_sizes/model", "q4"},
                                           Case{"/vl/model_original", "q4"},
                                           Case{"/vl/model_native", "q8"}));

TEST_P(SameAnswers, OfOneFileAndOfManyAndPackedAtLoad) {
  const auto [name, format] = GetParam();
  const std::vector<float> expected = logits_of(*open(source(), format), 70);
  const auto original = testing::read_model(source());
  const QuantisedFolder of_one(original, format);
  EXPECT_EQ(logits_of(*open(of_one.path(), "auto"), 70), expected);

  const TempFolder shards, holder;
  write_in_shards(original, shards, 3);
  const Status made =
      quantise_model(shards.path(), holder.file("made"), testing::quantise_options(format, 20'000));
  ASSERT_TRUE(made.ok()) << made.message();
  EXPECT_EQ(logits_of(*open(holder.file("made"), "stored"), 70), expected);
}

TEST_P(SameAnswers, OnTheReference) {
  const QuantisedFolder folder(testing::read_model(source()), GetParam().format);
  EXPECT_EQ(logits_of(*open(folder.path(), "auto", "reference"), 20),
            logits_of(*open(source(), GetParam().format, "reference"), 20));
}

TEST_P(SameAnswers, AreSaidToBeOfThatFormat) {
  const QuantisedFolder folder(testing::read_model(source()), GetParam().format);
  const auto packed = open(source(), GetParam().format), mapped = open(folder.path(), "auto");
  EXPECT_EQ(mapped->facts().weight_format, GetParam().format);
  EXPECT_EQ(packed->facts().weight_format, GetParam().format);
  EXPECT_EQ(mapped->facts().weight_bytes, packed->facts().weight_bytes);
}

TEST(QuantisedFolderFormats, OthersAreRefusedWithASentence) {
  const QuantisedFolder folder(testing::tiny_text_model(), "q8");
  ModelOpenOptions options;
  options.path = folder.path();
  options.weight_format = "bf16_dot";
  options.device = "cpu";
  const auto refused = VisionLanguageModel::open(options);
  EXPECT_EQ(refused.status().code(), StatusCode::kUnsupported);
  EXPECT_NE(refused.status().message().find("quantised already"), std::string::npos);
}

}  // namespace
}  // namespace arges::sdk
