// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/shard_plan.h"

#include <gtest/gtest.h>

#include "sdk/model/loaded_model.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using testing::TempFolder;
using testing::TestContext;
using testing::TestModel;
using testing::tiny_text_model;
using testing::values_of;

using Rows = std::vector<float>;

language::DecoderConfig config_of(std::int64_t kv_heads, std::int64_t ffn) {
  language::DecoderConfig config;
  config.num_heads = 2 * kv_heads;
  config.num_kv_heads = kv_heads;
  config.expert_ffn_size = ffn;
  return config;
}

TEST(ShardPlan, WantsEqualParts) {
  EXPECT_TRUE(check_shard_plan({}, config_of(3, 7)).ok()) << "one rank takes anything";
  EXPECT_TRUE(check_shard_plan({4, 3}, config_of(8, 64)).ok());
  EXPECT_EQ(check_shard_plan({2, 0}, config_of(3, 64)).code(), StatusCode::kUnsupported);
  EXPECT_EQ(check_shard_plan({2, 0}, config_of(2, 48)).code(), StatusCode::kUnsupported);
  for (const ShardPlan& absent : {ShardPlan{2, 2}, ShardPlan{2, -1}, ShardPlan{0, 0}}) {
    EXPECT_EQ(check_shard_plan(absent, config_of(2, 32)).code(), StatusCode::kInvalidArgument);
  }
}

TEST(ShardPlan, CutsRowsAndColumnsWithoutACopy) {
  const std::vector<float> numbers(6 * 4);
  const kernels::MatrixSource whole{numbers.data(), DType::kF32, 4, 6, 4, 2};
  const kernels::MatrixSource rows = shard(whole, Split::kOutputs, {3, 1});
  EXPECT_EQ(rows.data, numbers.data() + 2 * 4);
  EXPECT_EQ(rows.rows, 2);
  EXPECT_EQ(rows.cols, 4);
  const kernels::MatrixSource cols = shard(whole, Split::kInputs, {2, 1});
  EXPECT_EQ(cols.data, numbers.data() + 2);
  EXPECT_EQ(cols.cols, 2);
  EXPECT_EQ(cols.row_stride, 4);
  EXPECT_EQ(shard(whole, Split::kWhole, {2, 1}).rows, 6);
}

// The tiny model with what two ranks can share: two kv heads, two turns of inner outputs.
TestModel shared_model() {
  constexpr int kWidth = 32;
  TestModel tiny = tiny_text_model();
  tiny.config["num_key_value_heads"] = 2;
  tiny.config["intermediate_size"] = kWidth;
  const auto replace = [&](const std::string& name, std::vector<std::int64_t> shape) {
    tiny.tensors.erase(name);
    add_tensor(tiny.tensors, name, std::move(shape));
  };
  for (const std::string layer : {"model.layers.0.", "model.layers.1."}) {
    for (const std::string expert : {"0.", "1."}) {
      const std::string name = layer + "block_sparse_moe.experts." + expert;
      replace(name + "w1.weight", {kWidth, 8});
      replace(name + "w3.weight", {kWidth, 8});
      replace(name + "w2.weight", {8, kWidth});
    }
  }
  replace("model.layers.1.self_attn.k_proj.weight", {8, 8});
  replace("model.layers.1.self_attn.v_proj.weight", {8, 8});
  return tiny;
}

class Ranks : public ::testing::Test {
 protected:
  void SetUp() override { write_model(shared_model(), folder_); }

  std::unique_ptr<LoadedModel> load(const ShardPlan& plan) const {
    LoadOptions options;
    options.shards = plan;
    auto model = load_model(folder_.path(), context_.kernels, options);
    EXPECT_TRUE(model.ok()) << model.status().message();
    return model.ok() ? std::move(*model) : nullptr;
  }

  // One above the other, the ranks' rows are the whole's; side by side, their columns are.
  void expect_rows(const Matrix& whole, const Matrix& first, const Matrix& second) const {
    Rows all = values_of(context_, first);
    const Rows rest = values_of(context_, second);
    all.insert(all.end(), rest.begin(), rest.end());
    EXPECT_EQ(all, values_of(context_, whole));
  }
  void expect_columns(const Matrix& whole, const Matrix& first, const Matrix& second) const {
    const Rows a = values_of(context_, first), b = values_of(context_, second);
    Rows all;
    for (std::int64_t row = 0; row < whole.rows; ++row) {
      all.insert(all.end(), a.begin() + row * first.cols, a.begin() + (row + 1) * first.cols);
      all.insert(all.end(), b.begin() + row * second.cols, b.begin() + (row + 1) * second.cols);
    }
    EXPECT_EQ(all, values_of(context_, whole));
  }

  const TempFolder folder_;
  const TestContext context_;
};

TEST_F(Ranks, TogetherHoldEveryWeightOnce) {
  const auto whole = load({});
  const auto first = load({2, 0}), second = load({2, 1});
  ASSERT_TRUE(whole && first && second);
  const auto& w = whole->weights.decoder.layers;
  const auto& a = first->weights.decoder.layers;
  const auto& b = second->weights.decoder.layers;
  const auto lightning = [](const language::LayerWeights& layer) {
    return std::get<language::LightningWeights>(layer.mixer);
  };
  const auto softmax = [](const language::LayerWeights& layer) {
    return std::get<language::SoftmaxWeights>(layer.mixer);
  };
  expect_rows(lightning(w[0]).in, lightning(a[0]).in, lightning(b[0]).in);
  expect_columns(lightning(w[0]).out, lightning(a[0]).out, lightning(b[0]).out);
  expect_rows(softmax(w[1]).in, softmax(a[1]).in, softmax(b[1]).in);
  expect_columns(softmax(w[1]).out, softmax(a[1]).out, softmax(b[1]).out);
  for (std::size_t e = 0; e < 2; ++e) {
    const auto expert = [e](const auto& layers) { return layers[1].moe.experts[e]; };
    expect_rows(expert(w).gate_up, expert(a).gate_up, expert(b).gate_up);
    expect_columns(expert(w).down, expert(a).down, expert(b).down);
  }
  EXPECT_EQ(values_of(context_, w[0].moe.router), values_of(context_, a[0].moe.router));
}

TEST_F(Ranks, TakeTheirOwnHeadsNormsAndSlopes) {
  const auto whole = load({});
  const auto second = load({2, 1});
  ASSERT_TRUE(whole && second);
  const auto& w = std::get<language::LightningWeights>(whole->weights.decoder.layers[0].mixer);
  const auto& b = std::get<language::LightningWeights>(second->weights.decoder.layers[0].mixer);
  ASSERT_EQ(b.slopes.shape, (Shape{1}));
  EXPECT_EQ(b.slopes.f32()[0], w.slopes.f32()[1]) << "the second head of all";
  ASSERT_EQ(b.norm.shape, (Shape{4}));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(b.norm.f32()[i], w.norm.f32()[4 + i]);
  const language::DecoderConfig local = local_config(whole->config.text, {2, 1});
  EXPECT_EQ(local.num_heads, 1);
  EXPECT_EQ(local.attention_width(), 4);
}

TEST_F(Ranks, RefuseAPlanThatDoesNotComeOutEven) {
  LoadOptions options;
  options.shards = {3, 0};
  EXPECT_EQ(load_model(folder_.path(), context_.kernels, options).status().code(),
            StatusCode::kUnsupported);
}

}  // namespace
}  // namespace arges::sdk
