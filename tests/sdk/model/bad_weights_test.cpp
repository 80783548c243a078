// SPDX-License-Identifier: Apache-2.0
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
using testing::tiny_vl_model;

Status load_status(const TestModel& model) {
  const TempFolder folder;
  write_model(model, folder);
  const TestContext context;
  return load_model(folder.path(), context.kernels).status();
}

void expect_invalid(const TestModel& model, const std::string& tensor) {
  const Status status = load_status(model);
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid) << tensor << ": " << status.message();
  EXPECT_NE(status.message().find(tensor), std::string::npos) << status.message();
}

std::vector<std::string> tensor_names() {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tiny_vl_model().tensors) names.push_back(name);
  return names;
}

class EveryTensor : public ::testing::TestWithParam<std::string> {
 protected:
  TestModel model_ = tiny_vl_model();
};
INSTANTIATE_TEST_SUITE_P(OfAVisionModel, EveryTensor, ::testing::ValuesIn(tensor_names()));

TEST_P(EveryTensor, MustBeThere) {
  model_.tensors.erase(GetParam());
  // Without the table the layout cannot be told, without the gate the experts' names.
  const std::string named = GetParam();
  expect_invalid(model_, named);
}

TEST_P(EveryTensor, MustHaveItsShape) {
  std::vector<std::int64_t> shape = model_.tensors[GetParam()].shape;
  shape.back() += 1;
  add_tensor(model_.tensors, GetParam(), shape);
  expect_invalid(model_, GetParam());
}

TEST_P(EveryTensor, MustHaveItsRank) {
  std::vector<std::int64_t> shape = model_.tensors[GetParam()].shape;
  if (shape.size() == 4) {
    shape = {8, 3 * 14 * 14};
  } else {
    shape.insert(shape.begin(), 1);
  }
  add_tensor(model_.tensors, GetParam(), shape);
  expect_invalid(model_, GetParam());
}

TEST_P(EveryTensor, MustBeAFloatType) {
  testing::TestTensor& tensor = model_.tensors[GetParam()];
  std::int64_t count = 1;
  for (const std::int64_t extent : tensor.shape) count *= extent;
  tensor.dtype = "F8_E4M3";
  tensor.bytes = std::string(static_cast<std::size_t>(count), '\1');
  expect_invalid(model_, GetParam());
}

TEST(BadWeights, IntegersAreRefused) {
  for (const std::string type : {"I32", "U32"}) {
    TestModel model = tiny_text_model();
    model.tensors["model.norm.weight"] = {type, {8}, std::string(32, '\1')};
    expect_invalid(model, type);
  }
}

TEST(BadWeights, AnExtraTensorIsNamed) {
  for (const std::string name :
       {"model.layers.2.input_layernorm.weight", "model.layers.0.self_attn.q_proj.weight",
        "model.layers.0.block_sparse_moe.experts.2.w1.weight", "lm_head.bias", "adapter",
        "model.layers.0.self_attn.qkv_proj.bias", "vision_tower.vision_model.pre_layrnorm.bias",
        "language_model.model.norm.weight", "model.layers.00.input_layernorm.weight",
        "model.layers.0.shared_mlp.gate_proj.weight", "MODEL.norm.weight"}) {
    TestModel model = tiny_text_model();
    add_tensor(model.tensors, name, {8});
    expect_invalid(model, name);
  }
}

TEST(BadWeights, KnownLeftoversAreAccepted) {
  TestModel model = tiny_vl_model();
  add_tensor(model.tensors, "language_model.model.layers.1.self_attn.rotary_emb.inv_freq", {1});
  add_tensor(model.tensors, "language_model.model.layers.0.self_attn.slope_rate", {2, 1, 1});
  add_tensor(model.tensors, "vision_tower.vision_model.post_layernorm.weight", {8});
  model.tensors["vision_tower.vision_model.embeddings.position_ids"] = {
      "I64", {1, 5}, std::string(40, '\0')};
  const Status status = load_status(model);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(BadWeights, AVisionCheckpointUnderATextConfigIsRefused) {
  TestModel model = tiny_text_model();
  model.tensors = tiny_vl_model().tensors;
  EXPECT_EQ(load_status(model).code(), StatusCode::kModelInvalid);
}

TEST(BadWeights, ATextCheckpointUnderAVisionConfigIsRefused) {
  TestModel model = tiny_vl_model();
  model.tensors = tiny_text_model().tensors;
  EXPECT_EQ(load_status(model).code(), StatusCode::kModelInvalid);
}

// Honest numbers, but not those of the weights beside them.
TEST(BadWeights, AConfigThatDisagreesWithTheWeightsIsRefused) {
  const char* kPatches[] = {R"({"vocab_size":265})",
                            R"({"vocab_size":4194304})",
                            R"({"hidden_size":16})",
                            R"({"hidden_size":1048576})",
                            R"({"num_attention_heads":4})",
                            R"({"num_key_value_heads":2})",
                            R"({"head_dim":8})",
                            R"({"intermediate_size":5})",
                            R"({"num_local_experts":3})",
                            R"({"num_local_experts":4096})",
                            R"({"attn_type_list":[1,0]})",
                            R"({"attn_type_list":[0,0]})",
                            R"({"attn_type_list":[0,1,0],"num_hidden_layers":3})",
                            R"({"attn_type_list":[0],"num_hidden_layers":1})"};
  for (const char* patch : kPatches) {
    TestModel model = tiny_text_model();
    model.config.merge_patch(nlohmann::json::parse(patch));
    EXPECT_EQ(load_status(model).code(), StatusCode::kModelInvalid) << patch;
  }
}

TEST(BadWeights, ATruncatedFileIsRefusedAtEveryCut) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const std::string good = testing::read_bytes(folder.file("model.safetensors"));
  const TestContext context;
  for (std::size_t cut = 1; cut < good.size(); cut += 997) {
    folder.write("model.safetensors", good.substr(0, good.size() - cut));
    EXPECT_EQ(load_model(folder.path(), context.kernels).status().code(), StatusCode::kModelInvalid)
        << cut;
  }
}

}  // namespace
}  // namespace arges::sdk
