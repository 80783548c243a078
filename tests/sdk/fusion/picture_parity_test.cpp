// SPDX-License-Identifier: Apache-2.0
// Pictures through decoding, tiles, ViT, projector, packing and fusion, against values recorded
// from transformers' own classes and Pillow (tests/golden/vl).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "kernels/backend.h"
#include "sdk/fusion/vision_language_model.h"
#include "tests/sdk/fusion/decoder_runner.h"
#include "tests/support/npy.h"
#include "vision/decode/decode.h"

namespace arges::testing {
namespace {

constexpr double kFeatureTolerance = 2e-4;
constexpr double kLogitTolerance = 5e-4;
const std::string kFolder = std::string(ARGES_GOLDEN_DIR) + "/vl/";

nlohmann::json read_cases() {
  std::ifstream file(kFolder + "cases.json");
  return nlohmann::json::parse(file);
}

vision::Image read_picture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  return vision::decode_image(std::as_bytes(std::span(bytes)), {}).value();
}

const auto kGoOn = [] { return Status(); };

// A model folder and a device.
using Setting = std::tuple<std::string, std::string>;

class PictureParity : public ::testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    sdk::ModelOpenOptions options;
    options.path = kFolder + std::get<0>(GetParam());
    options.device = std::get<1>(GetParam());
    options.threads = 2;
    options.weights_only = true;
    auto opened = sdk::VisionLanguageModel::open(options);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    model_ = *opened;
  }

  sdk::ImageFeatures encode(const std::string& name) const {
    for (const nlohmann::json& image : cases_["images"]) {
      if (image["name"] != name) continue;
      const auto picture = read_picture(kFolder + image["file"].get<std::string>());
      return model_->encode_image(picture, kGoOn).value();
    }
    throw std::runtime_error("no picture " + name);
  }

  // The prompt's ids, with the picture's features at each run of placeholders.
  sdk::ModelInput input(const nlohmann::json& prompt) const {
    sdk::ModelInput built;
    built.ids = prompt["ids"].get<Tokens>();
    std::int64_t cursor = 0;
    for (const nlohmann::json& name : prompt["images"]) {
      auto features = std::make_shared<sdk::ImageFeatures>(encode(name.get<std::string>()));
      const auto token = cases_["image_token"].get<language::TokenId>();
      while (built.ids[static_cast<std::size_t>(cursor)] != token) ++cursor;
      built.pictures.push_back({cursor, features});
      cursor += features->tokens;
    }
    return built;
  }

  const nlohmann::json cases_ = read_cases();
  std::shared_ptr<sdk::VisionLanguageModel> model_;
};

TEST_P(PictureParity, PackedFeaturesEqualTheReference) {
  const std::int64_t width = model_->decoder().config().hidden_size;
  for (const nlohmann::json& image : cases_["images"]) {
    const sdk::ImageFeatures features = encode(image["name"].get<std::string>());
    EXPECT_EQ(features.tokens, image["tokens"].get<std::int64_t>()) << image["name"];
    const Npy golden = read_npy(kFolder + image["features"].get<std::string>());
    std::vector<float> values(static_cast<std::size_t>(features.tokens * width));
    Device& device = *model_->context().backend->device;
    ASSERT_TRUE(device.download(values.data(), features.data.data(), features.data.size()).ok());
    EXPECT_LE(max_difference(values, golden.values), kFeatureTolerance) << image["name"];
  }
}

TEST_P(PictureParity, EndToEndLogitsEqualTheReference) {
  for (const nlohmann::json& prompt : cases_["prompts"]) {
    const sdk::ModelInput built = input(prompt);
    const Npy golden = read_npy(kFolder + prompt["logits"].get<std::string>());
    const auto vocab = static_cast<std::size_t>(model_->vocab_size());
    auto sequence = model_->create_sequence().value();
    for (std::size_t i = 0; i < built.ids.size(); ++i) {
      sdk::StepItem item{sequence.get(), &built, static_cast<std::int64_t>(i), 1, true};
      ASSERT_TRUE(model_->step({&item, 1}).ok());
      const std::span<const float> expected(golden.values.data() + i * vocab, vocab);
      ASSERT_LE(max_difference({item.logits, vocab}, expected), kLogitTolerance)
          << prompt["name"] << " token " << i;
    }
  }
}

TEST_P(PictureParity, GreedyContinuationsAreIdentical) {
  for (const nlohmann::json& prompt : cases_["prompts"]) {
    sdk::ModelInput built = input(prompt);
    auto sequence = model_->create_sequence().value();
    std::int64_t begin = 0;
    Tokens answer;
    const auto expected = prompt["greedy"].get<Tokens>();
    while (answer.size() < expected.size()) {
      const auto end = static_cast<std::int64_t>(built.ids.size());
      sdk::StepItem item{sequence.get(), &built, begin, end - begin, true};
      ASSERT_TRUE(model_->step({&item, 1}).ok());
      const std::span logits(item.logits, static_cast<std::size_t>(model_->vocab_size()));
      begin = end;
      logits[cases_["image_token"].get<std::size_t>()] = -INFINITY;
      answer.push_back(static_cast<language::TokenId>(
          std::max_element(logits.begin(), logits.end()) - logits.begin()));
      built.ids.push_back(answer.back());
    }
    EXPECT_EQ(answer, expected) << prompt["name"];
  }
}

TEST_P(PictureParity, CancelledEncodingReturnsTheCallersStatus) {
  const auto picture = read_picture(kFolder + "images/large.png");
  const auto stop = [] { return Status(StatusCode::kCancelled, "stop"); };
  EXPECT_EQ(model_->encode_image(picture, stop).status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(model_->encode_image(picture, kGoOn).ok());
}

TEST_P(PictureParity, EncodingAsksBeforeEveryLayerWhetherToStop) {
  const auto picture = read_picture(kFolder + "images/large.png");
  const std::int64_t tiles = model_->plan_image(picture.height, picture.width).value().tile_count;
  std::int64_t asked = 0;
  const auto count = [&] { return ++asked, Status(); };
  ASSERT_TRUE(model_->encode_image(picture, count).ok());
  const std::int64_t layers = model_->image_encoder()->config().num_layers;
  const std::int64_t at_once = model_->context().backend->tiles_at_once;
  const std::int64_t slices = (tiles + at_once - 1) / at_once;
  EXPECT_EQ(asked, 1 + (1 + layers) * slices) << "and before every slice";
  asked = 0;
  const auto stop_at_third = [&] {
    return ++asked < 3 ? Status() : Status(StatusCode::kCancelled, "stop");
  };
  EXPECT_EQ(model_->encode_image(picture, stop_at_third).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

INSTANTIATE_TEST_SUITE_P(Golden, PictureParity,
                         ::testing::Combine(::testing::Values("model_original", "model_native"),
                                            ::testing::Values("cpu", "cuda-fp32")));

}  // namespace
}  // namespace arges::testing
