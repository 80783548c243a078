// SPDX-License-Identifier: Apache-2.0
#include "tests/sdk/model/test_model.h"

#include <utility>

namespace arges::sdk::testing {
namespace {

using nlohmann::json;

json tiny_text_config() {
  return {{"model_type", "minimax_text_01"},
          {"attn_type_list", {0, 1}},
          {"num_hidden_layers", 2},
          {"vocab_size", kTinyVocab},
          {"hidden_size", 8},
          {"num_attention_heads", 2},
          {"num_key_value_heads", 1},
          {"head_dim", 4},
          {"intermediate_size", 6},
          {"num_local_experts", 2},
          {"num_experts_per_tok", 2},
          {"max_position_embeddings", 512},
          {"rms_norm_eps", 1e-5},
          {"rope_theta", 10000000},
          {"rotary_dim", 2},
          {"postnorm", true},
          {"hidden_act", "silu"},
          {"shared_intermediate_size", 0},
          {"sliding_window", nullptr},
          {"tie_word_embeddings", false}};
}

json tiny_vl_config() {
  json text = tiny_text_config();
  text["shared_intermediate_size"] = {0};
  return {{"model_type", "minimax_vl_01"},
          {"text_config", text},
          {"vision_config",
           {{"hidden_act", "gelu"},
            {"hidden_size", 8},
            {"image_size", 28},
            {"patch_size", 14},
            {"num_hidden_layers", 1},
            {"num_attention_heads", 2},
            {"intermediate_size", 10},
            {"num_channels", 3},
            {"layer_norm_eps", 1e-5}}},
          {"image_token_index", kTinyImageToken},
          {"image_grid_pinpoints", json::array({{28, 28}, {28, 56}, {56, 28}})},
          {"image_seq_length", 4},
          {"projector_hidden_act", "gelu"},
          {"vision_feature_layer", -1},
          {"vision_feature_select_strategy", "default"}};
}

void add_text_tensors(TestTensors& tensors, const std::string& outer) {
  const std::string model = outer + "model.";
  add_tensor(tensors, model + "embed_tokens.weight", {kTinyVocab, 8});
  add_tensor(tensors, model + "norm.weight", {8});
  add_tensor(tensors, outer + "lm_head.weight", {kTinyVocab, 8});
  for (const std::string layer : {"layers.0.", "layers.1."}) {
    add_tensor(tensors, model + layer + "input_layernorm.weight", {8});
    add_tensor(tensors, model + layer + "post_attention_layernorm.weight", {8});
    add_tensor(tensors, model + layer + "block_sparse_moe.gate.weight", {2, 8}, "F32");
    for (const std::string expert : {"experts.0.", "experts.1."}) {
      const std::string moe = model + layer + "block_sparse_moe." + expert;
      add_tensor(tensors, moe + "w1.weight", {6, 8});
      add_tensor(tensors, moe + "w2.weight", {8, 6});
      add_tensor(tensors, moe + "w3.weight", {6, 8});
    }
  }
  add_tensor(tensors, model + "layers.0.self_attn.qkv_proj.weight", {24, 8});
  add_tensor(tensors, model + "layers.0.self_attn.output_gate.weight", {8, 8});
  add_tensor(tensors, model + "layers.0.self_attn.norm.weight", {8});
  add_tensor(tensors, model + "layers.0.self_attn.out_proj.weight", {8, 8});
  add_tensor(tensors, model + "layers.1.self_attn.q_proj.weight", {8, 8});
  add_tensor(tensors, model + "layers.1.self_attn.k_proj.weight", {4, 8});
  add_tensor(tensors, model + "layers.1.self_attn.v_proj.weight", {4, 8});
  add_tensor(tensors, model + "layers.1.self_attn.o_proj.weight", {8, 8});
}

void add_affine(TestTensors& tensors, const std::string& name, std::int64_t rows,
                std::int64_t cols) {
  add_tensor(tensors, name + ".weight", {rows, cols});
  add_tensor(tensors, name + ".bias", {rows});
}

void add_vision_tensors(TestTensors& tensors) {
  const std::string tower = "vision_tower.vision_model.";
  add_tensor(tensors, tower + "embeddings.class_embedding", {8});
  add_tensor(tensors, tower + "embeddings.patch_embedding.weight", {8, 3, 14, 14});
  add_tensor(tensors, tower + "embeddings.position_embedding.weight", {5, 8});
  const std::string layer = tower + "encoder.layers.0.";
  for (const std::string& norm :
       {tower + "pre_layrnorm", layer + "layer_norm1", layer + "layer_norm2"}) {
    add_tensor(tensors, norm + ".weight", {8});
    add_tensor(tensors, norm + ".bias", {8});
  }
  for (const std::string map : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
    add_affine(tensors, layer + "self_attn." + map, 8, 8);
  }
  add_affine(tensors, layer + "mlp.fc1", 10, 8);
  add_affine(tensors, layer + "mlp.fc2", 8, 10);
  add_affine(tensors, "multi_modal_projector.linear_1", 8, 8);
  add_affine(tensors, "multi_modal_projector.linear_2", 8, 8);
  add_tensor(tensors, "image_newline", {8});
}

std::map<std::string, std::string> tokenizer_files() {
  const auto added = [](const char* content) {
    return json{{"content", content}, {"special", true}};
  };
  const json config = {{"added_tokens_decoder",
                        {{"256", added("<beginning_of_sentence>")},
                         {"257", added("<end_of_sentence>")},
                         {"258", added("<begin_of_document>")},
                         {"259", added("<image>")}}}};
  return {{"merges.txt", "#version: 0.2\n"}, {"tokenizer_config.json", config.dump()}};
}

}  // namespace

void add_tensor(TestTensors& tensors, const std::string& name, std::vector<std::int64_t> shape,
                const std::string& dtype) {
  std::string bytes = ramp(dtype, shape);
  tensors[name] = {dtype, std::move(shape), std::move(bytes)};
}

TestModel tiny_text_model() {
  TestModel model{tiny_text_config(), {}, tokenizer_files()};
  add_text_tensors(model.tensors, "");
  return model;
}

TestModel tiny_vl_model() {
  TestModel model{tiny_vl_config(), {}, tokenizer_files()};
  add_text_tensors(model.tensors, "language_model.");
  add_vision_tensors(model.tensors);
  return model;
}

void write_model(const TestModel& model, const TempFolder& folder) {
  folder.write("config.json", model.config.dump());
  folder.write("model.safetensors", safetensors_of(model.tensors));
  for (const auto& [name, bytes] : model.files) folder.write(name, bytes);
}

}  // namespace arges::sdk::testing
