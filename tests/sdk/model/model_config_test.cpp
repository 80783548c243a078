// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_config.h"

#include <gtest/gtest.h>

#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using language::LayerType;
using nlohmann::json;
using testing::tiny_text_model;
using testing::tiny_vl_model;

Result<ModelConfig> parse(const json& config, const std::string& preprocessor = "") {
  return parse_model_config(config.dump(), preprocessor, {});
}

// A config under the transformers-native names (architecture.md §1.4).
json native_config() {
  json config = tiny_text_model().config;
  for (const char* key :
       {"attn_type_list", "rotary_dim", "rope_theta", "postnorm", "shared_intermediate_size"}) {
    config.erase(key);
  }
  config["model_type"] = "minimax";
  config["layer_types"] = {"linear_attention", "full_attention"};
  config["linear_attn_alpha_factor"] = 2.5;
  config["full_attn_beta_factor"] = 0.5;
  config["mlp_alpha_factor"] = 3;
  config["rope_parameters"] = {
      {"rope_type", "default"}, {"rope_theta", 1e7}, {"partial_rotary_factor", 0.5}};
  return config;
}

TEST(ModelConfig, ReadsTheOriginalNames) {
  json config = tiny_text_model().config;
  config["layernorm_linear_attention_alpha"] = 3.5;
  config["layernorm_full_attention_beta"] = 0.5;
  config["layernorm_mlp_alpha"] = 2;
  const auto parsed = parse(config);
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  const language::DecoderConfig& text = parsed->text;
  EXPECT_EQ(text.layer_types, (std::vector{LayerType::kLightning, LayerType::kSoftmax}));
  EXPECT_EQ(text.rotary_dim, 2);
  EXPECT_EQ(text.rope_theta, 1e7);
  EXPECT_EQ(text.lightning_residual.alpha, 3.5F);
  EXPECT_EQ(text.softmax_residual.beta, 0.5F);
  EXPECT_EQ(text.moe_residual.alpha, 2.0F);
  EXPECT_EQ(text.moe_residual.beta, 1.0F);
  EXPECT_TRUE(text.post_norm);
  EXPECT_EQ(text.lightning_norm_epsilon, 1e-6F);
  EXPECT_EQ(parsed->prompt_family, "text-01");
  EXPECT_FALSE(parsed->vision.has_value());
}

TEST(ModelConfig, ReadsTheNativeNames) {
  const auto parsed = parse(native_config());
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->text.layer_types, (std::vector{LayerType::kLightning, LayerType::kSoftmax}));
  EXPECT_EQ(parsed->text.rotary_dim, 2);
  EXPECT_EQ(parsed->text.rope_theta, 1e7);
  EXPECT_EQ(parsed->text.lightning_residual.alpha, 2.5F);
  EXPECT_EQ(parsed->text.softmax_residual.beta, 0.5F);
  EXPECT_EQ(parsed->text.moe_residual.alpha, 3.0F);
  EXPECT_TRUE(parsed->text.post_norm);
}

TEST(ModelConfig, NativeRotaryDimCountsBeforeTheFraction) {
  json config = native_config();
  config["rope_parameters"]["partial_rotary_factor"] = 1.0;
  EXPECT_EQ(parse(config)->text.rotary_dim, 4);
  config["rotary_dim"] = 2;
  EXPECT_EQ(parse(config)->text.rotary_dim, 2);
  config.erase("rotary_dim");
  config.erase("rope_parameters");
  EXPECT_EQ(parse(config)->text.rotary_dim, 4);
  EXPECT_EQ(parse(config)->text.rope_theta, 1e6);
}

TEST(ModelConfig, NativeDefaultLayersAlternateSoftmaxFirst) {
  json config = native_config();
  config.erase("layer_types");
  config["num_hidden_layers"] = 3;
  EXPECT_EQ(parse(config)->text.layer_types,
            (std::vector{LayerType::kSoftmax, LayerType::kLightning, LayerType::kSoftmax}));
}

TEST(ModelConfig, OriginalDefaultsAreThoseOfThePublishedCode) {
  const json config = {{"model_type", "MiniMaxText01"},
                       {"attn_type_list", std::vector<int>(32, 1)}};
  const auto parsed = parse(config);
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->text.vocab_size, 32000);
  EXPECT_EQ(parsed->text.hidden_size, 4096);
  EXPECT_EQ(parsed->text.expert_ffn_size, 14336);
  EXPECT_EQ(parsed->text.num_heads, 32);
  EXPECT_EQ(parsed->text.num_kv_heads, 8);
  EXPECT_EQ(parsed->text.head_dim, 128);
  EXPECT_EQ(parsed->text.rotary_dim, 128);
  EXPECT_EQ(parsed->text.num_experts, 8);
  EXPECT_EQ(parsed->text.max_positions, 131072);
  EXPECT_EQ(parsed->text.rope_theta, 1e6);
  EXPECT_FALSE(parsed->text.post_norm);
}

TEST(ModelConfig, AcceptsAListOfEqualNumbersForOne) {
  json config = tiny_text_model().config;
  config["shared_intermediate_size"] = {0, 0};
  config["intermediate_size"] = {6, 6};
  config["num_local_experts"] = {2};
  const auto parsed = parse(config);
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->text.expert_ffn_size, 6);
}

TEST(ModelConfig, ReadsAVisionModel) {
  json config = tiny_vl_model().config;
  config["arges"] = {{"prompt_family", "pocket"}};
  const auto parsed = parse(config, R"({"image_mean":[0.5,0.25,0],"image_std":[1,2,3]})");
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  ASSERT_TRUE(parsed->vision && parsed->tiles);
  EXPECT_EQ(parsed->vision->tile_side, 28);
  EXPECT_EQ(parsed->vision->projection_size, 8);
  EXPECT_EQ(parsed->tiles->tile_side, 28);
  EXPECT_EQ(parsed->tiles->patch, 14);
  EXPECT_EQ(parsed->tiles->pinpoints.size(), 3u);
  EXPECT_EQ(parsed->tiles->mean[1], 0.25F);
  EXPECT_EQ(parsed->tiles->std[2], 3.0F);
  EXPECT_EQ(parsed->image_token, testing::kTinyImageToken);
  EXPECT_EQ(parsed->prompt_family, "pocket");
}

TEST(ModelConfig, CanvasesMayStandInThePreprocessorsFileAlone) {
  json config = tiny_vl_model().config;
  config.erase("image_grid_pinpoints");
  const auto parsed = parse(config, R"({"image_grid_pinpoints":[[28,56],[56,28]],"resample":3})");
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->tiles->pinpoints.size(), 2u);
}

TEST(ModelConfig, VisionDefaultsAreTheRelease) {
  json config = {{"model_type", "minimax_vl_01"},
                 {"text_config", tiny_text_model().config},
                 {"vision_config", {{"hidden_act", "gelu"}, {"num_attention_heads", 16}}}};
  config["text_config"]["vocab_size"] = 200064;
  const auto parsed = parse(config);
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->image_token, 200025);
  EXPECT_EQ(parsed->vision->num_layers, 24);
  EXPECT_EQ(parsed->tiles->pinpoints.size(), 28u);
  EXPECT_EQ(parsed->tiles->mean, vision::TileConfig{}.mean);
  EXPECT_EQ(parsed->prompt_family, "vl-01");
}

// A change to a good config, as a JSON merge patch, and what must come of it.
struct BadField {
  StatusCode code;
  const char* named;  // what the message must name
  const char* patch;
};
void PrintTo(const BadField& bad, std::ostream* out) {
  *out << bad.patch;
}

void expect_refusal(json config, const BadField& bad) {
  config.merge_patch(json::parse(bad.patch));
  const Status status = parse(config).status();
  EXPECT_EQ(status.code(), bad.code) << bad.patch << ": " << status.message();
  EXPECT_NE(status.message().find(bad.named), std::string::npos) << status.message();
}

constexpr StatusCode kBad = StatusCode::kModelInvalid;
constexpr StatusCode kNo = StatusCode::kUnsupported;

class BadTextConfig : public ::testing::TestWithParam<BadField> {};
TEST_P(BadTextConfig, IsRefused) {
  expect_refusal(tiny_text_model().config, GetParam());
}

const BadField kBadText[] = {
    {kNo, "model_type", R"({"model_type":null})"},
    {kNo, "model_type", R"({"model_type":""})"},
    {kNo, "model_type", R"({"model_type":"llama"})"},
    {kNo, "model_type", R"({"model_type":"minimax_m2"})"},
    {kBad, "model_type", R"({"model_type":1})"},
    {kBad, "text_config", R"({"model_type":"minimax_vl_01"})"},
    {kNo, "sliding_window", R"({"sliding_window":4096})"},
    {kNo, "quantization_config", R"({"quantization_config":{"bits":8}})"},
    {kNo, "hidden_act", R"({"hidden_act":"gelu"})"},
    {kBad, "hidden_act", R"({"hidden_act":1})"},
    {kNo, "shared_intermediate_size", R"({"shared_intermediate_size":8})"},
    {kNo, "shared_intermediate_size", R"({"shared_intermediate_size":[8]})"},
    {kNo, "shared_intermediate_size", R"({"shared_intermediate_size":[0,8]})"},
    {kBad, "shared_intermediate_size", R"({"shared_intermediate_size":"0"})"},
    {kBad, "shared_intermediate_size", R"({"shared_intermediate_size":[]})"},
    {kBad, "vocab_size", R"({"vocab_size":0})"},
    {kBad, "vocab_size", R"({"vocab_size":-1})"},
    {kBad, "vocab_size", R"({"vocab_size":1.5})"},
    {kBad, "vocab_size", R"({"vocab_size":"264"})"},
    {kBad, "vocab_size", R"({"vocab_size":[264]})"},
    {kBad, "vocab_size", R"({"vocab_size":true})"},
    {kBad, "vocab_size", R"({"vocab_size":{}})"},
    {kBad, "vocab_size", R"({"vocab_size":2147483648})"},
    {kBad, "vocab_size", R"({"vocab_size":9223372036854775808})"},
    {kBad, "vocab_size", R"({"vocab_size":18446744073709551616})"},
    {kBad, "hidden_size", R"({"hidden_size":0})"},
    {kBad, "hidden_size", R"({"hidden_size":-8})"},
    {kBad, "hidden_size", R"({"hidden_size":1099511627776})"},
    {kBad, "hidden_size", R"({"hidden_size":"8"})"},
    {kBad, "num_hidden_layers", R"({"num_hidden_layers":0})"},
    {kBad, "num_hidden_layers", R"({"num_hidden_layers":1})"},
    {kBad, "num_hidden_layers", R"({"num_hidden_layers":3})"},
    {kBad, "num_hidden_layers", R"({"num_hidden_layers":null})"},
    {kBad, "num_hidden_layers", R"({"num_hidden_layers":0,"attn_type_list":[]})"},
    {kBad, "num_hidden_layers", R"({"num_hidden_layers":4611686018427387904})"},
    {kBad, "attn_type_list", R"({"attn_type_list":null})"},
    {kBad, "attn_type_list", R"({"attn_type_list":0})"},
    {kBad, "attn_type_list", R"({"attn_type_list":[0,2]})"},
    {kBad, "attn_type_list", R"({"attn_type_list":[0,-1]})"},
    {kBad, "attn_type_list", R"({"attn_type_list":["0","1"]})"},
    {kBad, "attn_type_list", R"({"attn_type_list":{"0":1}})"},
    {kBad, "num_hidden_layers", R"({"attn_type_list":[0]})"},
    {kBad, "num_hidden_layers", R"({"attn_type_list":[0,1,0]})"},
    {kBad, "layer_types", R"({"layer_types":["full_attention","full_attention"]})"},
    {kBad, "layer_types", R"({"attn_type_list":null,"layer_types":["mamba","full_attention"]})"},
    {kBad, "layer_types", R"({"attn_type_list":null,"layer_types":[0,1]})"},
    {kBad, "layer_types", R"({"attn_type_list":null,"layer_types":"linear_attention"})"},
    {kBad, "num_attention_heads", R"({"num_attention_heads":0})"},
    {kBad, "num_attention_heads", R"({"num_attention_heads":-2})"},
    {kBad, "num_attention_heads", R"({"num_attention_heads":1000000})"},
    {kBad, "num_attention_heads", R"({"num_attention_heads":0,"head_dim":null})"},
    {kBad, "num_attention_heads", R"({"num_attention_heads":3,"head_dim":null})"},
    {kBad, "num_attention_heads", R"({"num_attention_heads":4096,"head_dim":4096})"},
    {kBad, "num_key_value_heads", R"({"num_key_value_heads":0})"},
    {kBad, "num_key_value_heads", R"({"num_key_value_heads":4})"},
    {kBad, "num_key_value_heads", R"({"num_attention_heads":3,"num_key_value_heads":2})"},
    {kBad, "head_dim", R"({"head_dim":0})"},
    {kBad, "head_dim", R"({"head_dim":-4})"},
    {kBad, "head_dim", R"({"head_dim":1000000})"},
    {kBad, "head_dim", R"({"head_dim":9223372036854775807})"},
    {kBad, "head_dim", R"({"head_dim":9223372036854775807,"rotary_dim":null})"},
    {kBad, "head_dim", R"({"head_dim":-9223372036854775808,"rotary_dim":null})"},
    {kBad, "head_dim", R"({"head_dim":4.0})"},
    {kBad, "intermediate_size", R"({"intermediate_size":0})"},
    {kBad, "intermediate_size", R"({"intermediate_size":4294967296})"},
    {kBad, "intermediate_size", R"({"intermediate_size":[]})"},
    {kNo, "intermediate_size", R"({"intermediate_size":[6,7]})"},
    {kBad, "intermediate_size", R"({"intermediate_size":[6,"6"]})"},
    {kBad, "num_local_experts", R"({"num_local_experts":0})"},
    {kBad, "num_local_experts", R"({"num_local_experts":-1})"},
    {kBad, "num_local_experts", R"({"num_local_experts":1000000000})"},
    {kNo, "num_local_experts", R"({"num_local_experts":[2,4]})"},
    {kBad, "num_experts_per_tok", R"({"num_experts_per_tok":0})"},
    {kBad, "num_experts_per_tok", R"({"num_experts_per_tok":3})"},
    {kBad, "rotary_dim", R"({"rotary_dim":3})"},
    {kBad, "rotary_dim", R"({"rotary_dim":6})"},
    {kBad, "rotary_dim", R"({"rotary_dim":-2})"},
    {kBad, "rotary_dim", R"({"rotary_dim":"2"})"},
    {kBad, "partial_rotary_factor", R"({"rotary_dim":null,"partial_rotary_factor":1.5})"},
    {kBad, "partial_rotary_factor", R"({"rotary_dim":null,"partial_rotary_factor":-0.5})"},
    {kBad, "partial_rotary_factor",
     R"({"rotary_dim":null,"rope_parameters":{"partial_rotary_factor":2}})"},
    {kBad, "rotary_dim", R"({"rotary_dim":null,"partial_rotary_factor":0.75})"},
    {kBad, "rope_theta", R"({"rope_theta":0})"},
    {kBad, "rope_theta", R"({"rope_theta":-1})"},
    {kBad, "rope_theta", R"({"rope_theta":"1e7"})"},
    {kBad, "rope_theta", R"({"rope_parameters":{"rope_theta":5}})"},
    {kNo, "rope_type", R"({"rope_parameters":{"rope_type":"yarn"}})"},
    {kNo, "rope_type", R"({"rope_scaling":{"rope_type":"linear","factor":2}})"},
    {kNo, "type", R"({"rope_scaling":{"type":"dynamic"}})"},
    {kBad, "rope_scaling", R"({"rope_scaling":2})"},
    {kBad, "rope_parameters", R"({"rope_parameters":[]})"},
    {kBad, "rms_norm_eps", R"({"rms_norm_eps":0})"},
    {kBad, "rms_norm_eps", R"({"rms_norm_eps":-1e-5})"},
    {kBad, "rms_norm_eps", R"({"rms_norm_eps":1e300})"},
    {kBad, "rms_norm_eps", R"({"rms_norm_eps":"1e-5"})"},
    {kBad, "max_position_embeddings", R"({"max_position_embeddings":0})"},
    {kBad, "max_position_embeddings", R"({"max_position_embeddings":1e9})"},
    {kBad, "max_position_embeddings", R"({"max_position_embeddings":4294967296})"},
    {kBad, "alpha", R"({"layernorm_mlp_alpha":1e300})"},
    {kBad, "layernorm_mlp_alpha", R"({"layernorm_mlp_alpha":"3.5"})"},
    {kBad, "layernorm_linear_attention_beta", R"({"layernorm_linear_attention_beta":[1]})"},
    {kBad, "full_attn_alpha_factor", R"({"full_attn_alpha_factor":true})"},
    {kBad, "postnorm", R"({"postnorm":1})"},
    {kNo, "postnorm", R"({"postnorm":false,"model_type":"minimax"})"},
    {kBad, "tie_word_embeddings", R"({"tie_word_embeddings":"no"})"},
    {kBad, "arges", R"({"arges":"pocket"})"},
    {kBad, "prompt_family", R"({"arges":{"prompt_family":1}})"},
    {kBad, "prompt_family", R"({"arges":{"prompt_family":"x"}})"},
    {kBad, "torch_dtype", R"({"torch_dtype":16})"},
};
INSTANTIATE_TEST_SUITE_P(Fields, BadTextConfig, ::testing::ValuesIn(kBadText));

class BadVisionConfig : public ::testing::TestWithParam<BadField> {};
TEST_P(BadVisionConfig, IsRefused) {
  expect_refusal(tiny_vl_model().config, GetParam());
}

const BadField kBadVision[] = {
    {kBad, "text_config", R"({"text_config":null})"},
    {kBad, "text_config", R"({"text_config":[]})"},
    {kBad, "attn_type_list", R"({"text_config":{"attn_type_list":[0,3]}})"},
    {kNo, "sliding_window", R"({"text_config":{"sliding_window":1}})"},
    {kNo, "quantization_config", R"({"quantization_config":{}})"},
    {kBad, "vision_config", R"({"vision_config":null})"},
    {kBad, "vision_config", R"({"vision_config":"clip"})"},
    {kBad, "image_size", R"({"vision_config":{"image_size":0}})"},
    {kBad, "image_size", R"({"vision_config":{"image_size":29}})"},
    {kBad, "image_size", R"({"vision_config":{"image_size":100000}})"},
    {kBad, "image_size", R"({"vision_config":{"image_size":[28,28]}})"},
    {kBad, "patch_size", R"({"vision_config":{"patch_size":0}})"},
    {kBad, "patch_size", R"({"vision_config":{"patch_size":-14}})"},
    {kBad, "patch_size", R"({"vision_config":{"patch_size":56}})"},
    {kBad, "patches", R"({"vision_config":{"image_size":129,"patch_size":1}})"},
    {kBad, "num_channels", R"({"vision_config":{"num_channels":1}})"},
    {kBad, "hidden_act", R"({"vision_config":{"hidden_act":null}})"},
    {kBad, "num_attention_heads", R"({"vision_config":{"num_attention_heads":null}})"},
    {kBad, "hidden_size", R"({"vision_config":{"hidden_size":0}})"},
    {kBad, "hidden_size", R"({"vision_config":{"hidden_size":9}})"},
    {kBad, "hidden_size", R"({"vision_config":{"hidden_size":10000000}})"},
    {kBad, "num_attention_heads", R"({"vision_config":{"num_attention_heads":0}})"},
    {kBad, "num_hidden_layers", R"({"vision_config":{"num_hidden_layers":0}})"},
    {kBad, "num_hidden_layers", R"({"vision_config":{"num_hidden_layers":1000000}})"},
    {kBad, "intermediate_size", R"({"vision_config":{"intermediate_size":-1}})"},
    {kBad, "layer_norm_eps", R"({"vision_config":{"layer_norm_eps":0}})"},
    {kBad, "layer_norm_eps", R"({"vision_config":{"layer_norm_eps":"x"}})"},
    {kNo, "hidden_act", R"({"vision_config":{"hidden_act":"quick_gelu"}})"},
    {kNo, "vision_feature_layer", R"({"vision_feature_layer":-2})"},
    {kNo, "vision_feature_layer", R"({"vision_feature_layer":[-1,-2]})"},
    {kBad, "vision_feature_layer", R"({"vision_feature_layer":"last"})"},
    {kNo, "vision_feature_select_strategy", R"({"vision_feature_select_strategy":"full"})"},
    {kNo, "projector_hidden_act", R"({"projector_hidden_act":"relu"})"},
    {kNo, "multimodal_projector_bias", R"({"multimodal_projector_bias":false})"},
    {kNo, "process_image_mode", R"({"process_image_mode":"resize"})"},
    {kBad, "image_seq_length", R"({"image_seq_length":5})"},
    {kBad, "image_token_index", R"({"image_token_index":264})"},
    {kBad, "image_token_index", R"({"image_token_index":-1})"},
    {kBad, "image_token_index", R"({"image_token_index":4294967297})"},
    {kBad, "image_token_id", R"({"image_token_index":null,"image_token_id":"x"})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":null})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[28,28]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[28]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[28,28,28]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[28,29]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[0,28]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[-28,28]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[["28","28"]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[28000000,28]]})"},
    {kBad, "2^25",
     R"({"vision_config":{"image_size":1400},"image_seq_length":10000,
         "image_grid_pinpoints":[[5600,5600],[7000,5600]]})"},
    {kBad, "image_grid_pinpoints", R"({"image_grid_pinpoints":[[18446744073709551588,28]]})"},
};
INSTANTIATE_TEST_SUITE_P(Fields, BadVisionConfig, ::testing::ValuesIn(kBadVision));

class BadPreprocessor : public ::testing::TestWithParam<const char*> {};
TEST_P(BadPreprocessor, IsRefused) {
  const Status status = parse(tiny_vl_model().config, GetParam()).status();
  EXPECT_TRUE(status.code() == kBad || status.code() == kNo) << status.message();
  EXPECT_NE(status.message().find("preprocessor_config.json"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Fields, BadPreprocessor,
                         ::testing::Values("[]", "{", "x", R"({"image_mean":1})",
                                           R"({"image_mean":[1,2]})", R"({"image_mean":[1,2,3,4]})",
                                           R"({"image_mean":["a","b","c"]})",
                                           R"({"image_mean":[1e300,0,0]})",
                                           R"({"image_std":[1,1,0]})", R"({"image_std":[1,1,-1]})",
                                           R"({"image_std":[]})", R"({"rescale_factor":1})",
                                           R"({"do_normalize":false})", R"({"resample":2})",
                                           R"({"image_grid_pinpoints":[[28,56]]})",
                                           R"({"image_grid_pinpoints":[[29,29]]})",
                                           R"({"process_image_mode":"dynamic_res"})"));

class BadConfigText : public ::testing::TestWithParam<std::string> {};
TEST_P(BadConfigText, IsRefused) {
  const Status status = parse_model_config(GetParam(), "", {}).status();
  EXPECT_EQ(status.code(), kBad) << GetParam().substr(0, 100);
  EXPECT_NE(status.message().find("config.json"), std::string::npos) << status.message();
}
INSTANTIATE_TEST_SUITE_P(
    Structure, BadConfigText,
    ::testing::Values("", "{", "[]", "null", "1", "\"minimax\"", "{}x", "{\"a\":1,}",
                      "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"b\":1}}", "{\"a\":NaN}",
                      "{\"a\":1e999}", "{\"a\":\"\xff\"}", std::string("{}\0", 3),
                      "{\"a\":" + std::string(33, '[') + std::string(33, ']') + "}",
                      "{\"a\":" + std::string(100000, '[') + "}",
                      "{\"a\":\"" + std::string(1 << 20, 'x') + "\"}"));

TEST(ModelConfig, SurvivesEveryTruncation) {
  const std::string text = tiny_vl_model().config.dump();
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(parse_model_config(text.substr(0, size), "", {}).status().code(), kBad) << size;
  }
}

TEST(ModelConfig, ReadsTheRealM1Config) {
  const std::string text =
      testing::read_bytes(std::string(ARGES_SHARED_DATA_DIR) + "/minimax-m1/config.json");
  if (text.empty()) GTEST_SKIP() << "../shared/data/minimax-m1 is not there";
  const auto parsed = parse_model_config(text, "", {});
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  EXPECT_EQ(parsed->prompt_family, "m1");
  EXPECT_EQ(parsed->text.num_layers(), 80);
  EXPECT_EQ(parsed->text.rotary_dim, 64);
  EXPECT_EQ(parsed->text.layer_types[7], LayerType::kSoftmax);
  EXPECT_FLOAT_EQ(parsed->text.moe_residual.alpha, 3.5565588F);
}

}  // namespace
}  // namespace arges::sdk
