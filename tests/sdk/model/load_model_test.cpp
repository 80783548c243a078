// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sdk/model/loaded_model.h"
#include "sdk/model/tokenizer_files.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using testing::ramp_values;
using testing::rows_of;
using testing::TempFolder;
using testing::TestContext;
using testing::TestModel;
using testing::tiny_text_model;
using testing::tiny_vl_model;
using testing::values_of;
using Loaded = Result<std::unique_ptr<LoadedModel>>;

Loaded load(const TempFolder& folder, const TestContext& context, const LoadOptions& options = {}) {
  return load_model(folder.path(), context.kernels, options);
}

std::vector<float> floats(const ConstTensorView& view) {
  return {view.f32(), view.f32() + view.shape.count()};
}

// Every kind of weight of the tiny models holds the ramp it was written with.
void expect_ramps(const TestContext& context, const LoadedModel& model) {
  const language::DecoderWeights& decoder = model.weights.decoder;
  EXPECT_EQ(decoder.embedding.shape, (Shape{testing::kTinyVocab, 8}));
  EXPECT_EQ(values_of(context, decoder.lm_head), ramp_values(testing::kTinyVocab * 8));
  ASSERT_EQ(decoder.layers.size(), 2u);
  EXPECT_EQ(floats(decoder.layers[1].input_norm), ramp_values(8));
  const auto& lightning = std::get<language::LightningWeights>(decoder.layers[0].mixer);
  for (std::size_t head = 0; head < 2; ++head) {
    const auto row = static_cast<std::int64_t>(16 * head);
    EXPECT_EQ(rows_of(context, lightning.in, row, 12), ramp_values(96, 96 * head)) << "q, k, v";
    EXPECT_EQ(rows_of(context, lightning.in, row + 12, 4), ramp_values(32, 32 * head)) << "gate";
  }
  EXPECT_EQ(floats(lightning.norm), ramp_values(8));
  const auto& softmax = std::get<language::SoftmaxWeights>(decoder.layers[1].mixer);
  EXPECT_EQ(rows_of(context, softmax.in, 0, 8), ramp_values(8 * 8)) << "two query heads";
  EXPECT_EQ(rows_of(context, softmax.in, 8, 4), ramp_values(4 * 8)) << "their key";
  EXPECT_EQ(rows_of(context, softmax.in, 12, 4), ramp_values(4 * 8)) << "their value";
  const language::MoeWeights& moe = decoder.layers[1].moe;
  EXPECT_EQ(values_of(context, moe.router), ramp_values(2 * 8));
  ASSERT_EQ(moe.experts.size(), 2u);
  EXPECT_EQ(values_of(context, moe.experts[1].down), ramp_values(8 * 6));
}

class Backends : public ::testing::TestWithParam<const kernels::Backend*> {
 protected:
  TestContext context_{*GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Backends,
                         ::testing::Values(&kernels::reference_backend(), &kernels::cpu_backend()));

TEST_P(Backends, GetEveryWeightOfATextModel) {
  for (const FileAccess access : {FileAccess::kMap, FileAccess::kRead}) {
    const TempFolder folder;
    write_model(tiny_text_model(), folder);
    LoadOptions options;
    options.access = access;
    const Loaded model = load(folder, context_, options);
    ASSERT_TRUE(model.ok()) << model.status().message();
    expect_ramps(context_, **model);
  }
}

TEST_P(Backends, GetEveryWeightFromTensorsAtAnyAlignment) {
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const TempFolder folder;
    const TestModel tiny = tiny_text_model();
    write_model(tiny, folder);
    folder.write("model.safetensors", safetensors_of(tiny.tensors, padding));
    const Loaded model = load(folder, context_);
    ASSERT_TRUE(model.ok()) << model.status().message();
    expect_ramps(context_, **model);
    const auto address = reinterpret_cast<std::uintptr_t>((*model)->weights.decoder.embedding.data);
    EXPECT_EQ(address % 2, 0u);
  }
}

TEST_P(Backends, GetTheImageEncoder) {
  const TempFolder folder;
  write_model(tiny_vl_model(), folder);
  const Loaded model = load(folder, context_);
  ASSERT_TRUE(model.ok()) << model.status().message();
  expect_ramps(context_, **model);
  const vision::ImageEncoderWeights& encoder = (*model)->weights.image_encoder;
  EXPECT_EQ(encoder.vit.patch_embedding.cols, 3 * 14 * 14);
  EXPECT_EQ(floats(encoder.vit.positions), ramp_values(5 * 8));
  ASSERT_EQ(encoder.vit.layers.size(), 1u);
  EXPECT_EQ(values_of(context_, encoder.vit.layers[0].fc1.weight), ramp_values(10 * 8));
  EXPECT_EQ(floats(encoder.projector.linear2.bias), ramp_values(8));
  EXPECT_EQ(floats(encoder.projector.image_newline), ramp_values(8));
}

TEST_P(Backends, GetFusedExpertsInTheirPlaces) {
  const TempFolder folder;
  TestModel tiny = tiny_text_model();
  for (const std::string layer : {"model.layers.0.", "model.layers.1."}) {
    for (const std::string expert : {"0.", "1."}) {
      for (const std::string map : {"w1", "w2", "w3"}) {
        tiny.tensors.erase(layer + "block_sparse_moe.experts." + expert + map + ".weight");
      }
    }
    tiny.tensors.erase(layer + "block_sparse_moe.gate.weight");
    add_tensor(tiny.tensors, layer + "mlp.gate.weight", {2, 8}, "F32");
    add_tensor(tiny.tensors, layer + "mlp.experts.gate_up_proj", {2, 12, 8});
    add_tensor(tiny.tensors, layer + "mlp.experts.down_proj", {2, 8, 6});
  }
  write_model(tiny, folder);
  const Loaded model = load(folder, context_);
  ASSERT_TRUE(model.ok()) << model.status().message();
  const auto& experts = (*model)->weights.decoder.layers[0].moe.experts;
  for (std::size_t e = 0; e < 2; ++e) {
    EXPECT_EQ(rows_of(context_, experts[e].gate_up, 0, 6), ramp_values(48, e * 96)) << "gate";
    EXPECT_EQ(rows_of(context_, experts[e].gate_up, 16, 6), ramp_values(48, e * 96 + 48)) << "up";
    EXPECT_EQ(rows_of(context_, experts[e].gate_up, 6, 10), std::vector<float>(80)) << "filling";
  }
  EXPECT_EQ(values_of(context_, experts[1].down), ramp_values(48, 48));
}

TEST_P(Backends, AcceptEveryWeightType) {
  for (const std::string type : {"F32", "F16", "BF16"}) {
    const TempFolder folder;
    TestModel tiny = tiny_text_model();
    for (auto& [name, tensor] : tiny.tensors) {
      tensor.dtype = type;
      tensor.bytes = testing::ramp(type, tensor.shape);
    }
    write_model(tiny, folder);
    const Loaded model = load(folder, context_);
    ASSERT_TRUE(model.ok()) << model.status().message();
    expect_ramps(context_, **model);
  }
}

TEST_P(Backends, ShareTheTableWithATiedHead) {
  const TempFolder folder;
  TestModel tiny = tiny_text_model();
  tiny.config["tie_word_embeddings"] = true;
  for (const bool with_head : {true, false}) {
    if (!with_head) tiny.tensors.erase("lm_head.weight");
    write_model(tiny, folder);
    const Loaded model = load(folder, context_);
    ASSERT_TRUE(model.ok()) << model.status().message();
    EXPECT_EQ((*model)->census.unused, with_head ? 1 : 0);
    EXPECT_EQ(values_of(context_, (*model)->weights.decoder.lm_head),
              ramp_values(testing::kTinyVocab * 8));
  }
}

TEST(LoadModel, ComputesSlopesFromTheConfig) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context;
  const Loaded model = load(folder, context);
  ASSERT_TRUE(model.ok()) << model.status().message();
  const auto& mixer =
      std::get<language::LightningWeights>((*model)->weights.decoder.layers[0].mixer);
  EXPECT_EQ(floats(mixer.slopes), language::lightning_slopes((*model)->config.text, 0));
}

TEST(LoadModel, SuppressesRowsThatWereNeverTrained) {
  const TempFolder folder;
  TestModel tiny = tiny_vl_model();
  std::string& table = tiny.tensors["language_model.model.embed_tokens.weight"].bytes;
  table.replace(258 * 16, 16, std::string(16, '\0'));  // an added token's row
  table.replace(65 * 16, 16, std::string(16, '\0'));   // a base token's row stays
  write_model(tiny, folder);
  const TestContext context;
  const Loaded model = load(folder, context);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_THAT((*model)->suppressed, ::testing::ElementsAre(258, 259, 260, 261, 262, 263));
}

TEST(LoadModel, TakesMinusZeroForZero) {
  const TempFolder folder;
  TestModel tiny = tiny_text_model();
  std::string& table = tiny.tensors["model.embed_tokens.weight"].bytes;
  for (std::size_t i = 0; i < 16; ++i) table[257 * 16 + i] = i % 2 == 0 ? '\0' : '\x80';
  write_model(tiny, folder);
  const TestContext context;
  const Loaded model = load(folder, context);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_THAT((*model)->suppressed, ::testing::ElementsAre(257, 260, 261, 262, 263));
}

TEST(LoadModel, WeightsOnlyNeedsNoTokenizer) {
  const TempFolder folder;
  TestModel tiny = tiny_text_model();
  tiny.files.clear();
  write_model(tiny, folder);
  const TestContext context;
  EXPECT_EQ(load(folder, context).status().code(), StatusCode::kNotFound);
  LoadOptions options;
  options.weights_only = true;
  const Loaded model = load(folder, context, options);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ((*model)->tokenizer, nullptr);
  EXPECT_TRUE((*model)->suppressed.empty());
}

TEST(LoadModel, ReportsProgressUpToTheTotal) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context;
  std::vector<std::int64_t> done;
  std::int64_t total = 0;
  LoadOptions options;
  options.progress = [&](std::int64_t bytes, std::int64_t of) {
    done.push_back(bytes);
    total = of;
    return true;
  };
  const Loaded model = load(folder, context, options);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), total);
  EXPECT_EQ(static_cast<std::int64_t>(done.size()), (*model)->census.total.tensors);
}

TEST(LoadModel, StopsWhenProgressSaysSo) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context;
  int calls = 0;
  LoadOptions options;
  options.progress = [&](std::int64_t, std::int64_t) { return ++calls < 3; };
  EXPECT_EQ(load(folder, context, options).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(calls, 3);
}

TEST(LoadModel, NamesWhatIsMissing) {
  const TestContext context;
  EXPECT_EQ(load_model("/nonexistent/model", context.kernels).status().code(),
            StatusCode::kNotFound);
  for (const char* file : {"config.json", "model.safetensors"}) {
    const TempFolder folder;
    write_model(tiny_text_model(), folder);
    std::filesystem::remove(folder.file(file));
    const Status status = load(folder, context).status();
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
    EXPECT_NE(status.message().find(file), std::string::npos) << status.message();
  }
}

TEST(LoadModel, LoadsAgainAfterARefusal) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context;
  const std::string good = testing::read_bytes(folder.file("model.safetensors"));
  folder.write("model.safetensors", good.substr(0, good.size() / 2));
  EXPECT_EQ(load(folder, context).status().code(), StatusCode::kModelInvalid);
  folder.write("model.safetensors", good);
  EXPECT_TRUE(load(folder, context).ok());
}

}  // namespace
}  // namespace arges::sdk
