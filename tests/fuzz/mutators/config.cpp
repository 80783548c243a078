// SPDX-License-Identifier: Apache-2.0
// Changes one of the four files of a config.
#include "tests/fuzz/mutators/honest.h"
#include "tests/fuzz/mutators/json.h"
#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/support/parts.h"

namespace arges::fuzz {
namespace {

constexpr std::string_view kWords[] = {"model_type",
                                       "minimax_m1",
                                       "MiniMaxM1",
                                       "minimax_text_01",
                                       "minimax",
                                       "minimax_vl_01",
                                       "MiniMaxVL01",
                                       "minimax_vl_01_text",
                                       "text_config",
                                       "vision_config",
                                       "arges",
                                       "prompt_family",
                                       "pocket",
                                       "vl-01",
                                       "torch_dtype",
                                       "dtype",
                                       "float32",
                                       "float16",
                                       "quantization_config",
                                       "vocab_size",
                                       "hidden_size",
                                       "num_attention_heads",
                                       "num_key_value_heads",
                                       "head_dim",
                                       "intermediate_size",
                                       "num_local_experts",
                                       "num_experts",
                                       "num_experts_per_tok",
                                       "max_position_embeddings",
                                       "rms_norm_eps",
                                       "tie_word_embeddings",
                                       "num_hidden_layers",
                                       "attn_type_list",
                                       "layer_types",
                                       "linear_attention",
                                       "full_attention",
                                       "rotary_dim",
                                       "partial_rotary_factor",
                                       "rope_theta",
                                       "rope_parameters",
                                       "rope_scaling",
                                       "rope_type",
                                       "default",
                                       "sliding_window",
                                       "shared_intermediate_size",
                                       "hidden_act",
                                       "silu",
                                       "gelu",
                                       "postnorm",
                                       "layernorm_linear_attention_alpha",
                                       "linear_attn_alpha_factor",
                                       "layernorm_full_attention_beta",
                                       "full_attn_beta_factor",
                                       "layernorm_mlp_alpha",
                                       "mlp_beta_factor",
                                       "image_size",
                                       "patch_size",
                                       "num_channels",
                                       "layer_norm_eps",
                                       "vision_feature_layer",
                                       "vision_feature_select_strategy",
                                       "projector_hidden_act",
                                       "process_image_mode",
                                       "anyres",
                                       "multimodal_projector_bias",
                                       "image_seq_length",
                                       "image_grid_pinpoints",
                                       "image_token_index",
                                       "image_token_id",
                                       "do_resize",
                                       "do_rescale",
                                       "resample",
                                       "rescale_factor",
                                       "image_mean",
                                       "image_std",
                                       "metadata",
                                       "total_size",
                                       "weight_map",
                                       "model-00001-of-00002.safetensors",
                                       "model-00002-of-00002.safetensors",
                                       "../model.safetensors",
                                       ".safetensors",
                                       "model.embed_tokens.weight",
                                       "lm_head.weight",
                                       "model.norm.weight",
                                       "model.layers.0.self_attn.qkv_proj.weight",
                                       "model.layers.0.block_sparse_moe.experts.0.w1.weight",
                                       "version",
                                       "layout",
                                       "panels16",
                                       "group_inputs",
                                       "bits",
                                       "attention",
                                       "experts",
                                       "lm_head",
                                       "model.layers.0.self_attn.in",
                                       "model.layers.0.block_sparse_moe.experts.0.gate_up"};

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  std::vector<std::string> parts;
  for (const std::string_view one : split_parts(input)) parts.emplace_back(one);
  // An index belongs to a config and is cheap to get wrong: the config is changed more often.
  const std::size_t which = random.one_in(2) ? 0 : random.below(parts.size());
  if (which == 0 && random.one_in(4)) parts[0] = honest_config(random);
  parts[which] = mutate_json(parts[which], kWords, random);
  if (parts.size() < 4 && random.one_in(100)) parts.emplace_back("{}");
  return join_parts(parts);
}

}  // namespace arges::fuzz
