// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/text_config.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

using language::DecoderConfig;
using language::LayerType;
using language::ResidualScale;

constexpr std::size_t kMostLayers = 1024;  // as check_decoder_config

bool has_native_defaults(ConfigReader& reader) {
  const std::string type = reader.text("model_type", "");
  return type == "minimax" || type == "minimax_vl_01_text";
}

// Features of the family's code that no release uses and the decoder does not have.
void refuse_unsupported(ConfigReader& reader) {
  for (const char* key : {"sliding_window", "quantization_config"}) {
    if (reader.has(key)) reader.unsupported(key, "is set; it is not supported, use null");
  }
  reader.require_text("hidden_act", "silu");
  if (reader.uniform_integer("shared_intermediate_size", 0) != 0) {
    reader.unsupported("shared_intermediate_size", "is not 0; shared experts are not supported");
  }
}

// Dimensions and their class defaults (architecture.md §1.2), equal in both key sets.
void read_dimensions(ConfigReader& reader, DecoderConfig& config) {
  config.vocab_size = reader.integer("vocab_size", 32000);
  config.hidden_size = reader.integer("hidden_size", 4096);
  config.num_heads = reader.integer("num_attention_heads", 32);
  config.num_kv_heads = reader.integer("num_key_value_heads", 8);
  config.expert_ffn_size = reader.uniform_integer("intermediate_size", 14336);
  config.num_experts =
      reader.uniform_integer(reader.first_of({"num_local_experts", "num_experts"}), 8);
  config.experts_per_token = reader.uniform_integer("num_experts_per_tok", 2);
  config.max_positions = reader.integer("max_position_embeddings", 131072);
  config.norm_epsilon = static_cast<float>(reader.number("rms_norm_eps", 1e-5));
  config.tied_embeddings = reader.boolean("tie_word_embeddings", false);
  if (reader.has("head_dim")) {
    config.head_dim = reader.integer("head_dim", 0);
  } else if (config.num_heads > 0 && config.hidden_size % config.num_heads == 0) {
    config.head_dim = config.hidden_size / config.num_heads;
  } else {
    reader.invalid("num_attention_heads", "must divide hidden_size when head_dim is absent");
  }
}

std::vector<LayerType> read_attn_type_list(ConfigReader& reader) {
  std::vector<LayerType> types;
  for (const std::int64_t type : reader.integers("attn_type_list", kMostLayers)) {
    if (type != 0 && type != 1) {
      reader.invalid("attn_type_list", "holds " + std::to_string(type) + "; only 0 and 1 exist");
    }
    types.push_back(type == 0 ? LayerType::kLightning : LayerType::kSoftmax);
  }
  return types;
}

std::vector<LayerType> read_layer_type_names(ConfigReader& reader) {
  std::vector<LayerType> types;
  for (const std::string& type : reader.texts("layer_types", kMostLayers)) {
    const bool lightning = type == "linear_attention";
    if (!lightning && type != "full_attention") {
      reader.invalid("layer_types", "holds " + quote_name(type) +
                                        "; only linear_attention and full_attention exist");
    }
    types.push_back(lightning ? LayerType::kLightning : LayerType::kSoftmax);
  }
  return types;
}

// The native default: softmax first, then alternating.
std::vector<LayerType> alternating_layers(ConfigReader& reader, std::int64_t layers) {
  std::vector<LayerType> types;
  if (layers < 1 || layers > static_cast<std::int64_t>(kMostLayers)) {
    reader.invalid("num_hidden_layers", "must lie between 1 and " + std::to_string(kMostLayers));
    return types;
  }
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    types.push_back(layer % 2 == 0 ? LayerType::kSoftmax : LayerType::kLightning);
  }
  return types;
}

void read_layers(ConfigReader& reader, bool native, DecoderConfig& config) {
  const std::int64_t layers = reader.integer("num_hidden_layers", 32);
  const bool numbered = reader.has("attn_type_list");
  const bool named = reader.has("layer_types");
  if (numbered) config.layer_types = read_attn_type_list(reader);
  if (named && !numbered) config.layer_types = read_layer_type_names(reader);
  if (named && numbered && read_layer_type_names(reader) != config.layer_types) {
    reader.invalid("layer_types", "contradicts attn_type_list");
  }
  if (!named && !numbered && native) config.layer_types = alternating_layers(reader, layers);
  if (!named && !numbered && !native) {
    reader.invalid("attn_type_list", "is missing; without it the layers' kinds are unknown");
  }
  if (config.num_layers() != layers) {
    reader.invalid("num_hidden_layers", "is " + std::to_string(layers) + ", but the list of " +
                                            "layer types has " +
                                            std::to_string(config.num_layers()) + " entries");
  }
}

ResidualScale read_residual(ConfigReader& reader, const char* original_alpha,
                            const char* native_alpha, const char* original_beta,
                            const char* native_beta) {
  return {static_cast<float>(reader.number(reader.first_of({original_alpha, native_alpha}), 1.0)),
          static_cast<float>(reader.number(reader.first_of({original_beta, native_beta}), 1.0))};
}

void read_residuals(ConfigReader& reader, bool native, DecoderConfig& config) {
  config.lightning_residual =
      read_residual(reader, "layernorm_linear_attention_alpha", "linear_attn_alpha_factor",
                    "layernorm_linear_attention_beta", "linear_attn_beta_factor");
  config.softmax_residual =
      read_residual(reader, "layernorm_full_attention_alpha", "full_attn_alpha_factor",
                    "layernorm_full_attention_beta", "full_attn_beta_factor");
  config.moe_residual = read_residual(reader, "layernorm_mlp_alpha", "mlp_alpha_factor",
                                      "layernorm_mlp_beta", "mlp_beta_factor");
  config.post_norm = reader.boolean("postnorm", native);
  if (native && !config.post_norm) {
    reader.unsupported("postnorm", "is false, which this model_type does not know");
  }
}

// The native fraction of a head that rotates, as whole channels.
std::int64_t rotary_from_fraction(ConfigReader& rope, const char* key, std::int64_t head_dim) {
  const double fraction = rope.number(key, 1.0);
  if (!(fraction >= 0.0 && fraction <= 1.0)) {
    rope.invalid(key, "must lie between 0 and 1");
    return 0;
  }
  // A head this wide is refused with the config's other ranges; its fraction might fit no integer.
  if (head_dim > std::numeric_limits<std::int32_t>::max()) return 0;
  return static_cast<std::int64_t>(fraction * static_cast<double>(head_dim));
}

Status read_rotary(ConfigReader& reader, DecoderConfig& config) {
  ConfigReader rope = reader.object("rope_parameters");
  for (ConfigReader scaling : {rope, reader.object("rope_scaling")}) {
    scaling.require_text("rope_type", "default");
    scaling.require_text("type", "default");
    ARGES_RETURN_IF_ERROR(scaling.status());
  }
  config.rope_theta = reader.number("rope_theta", rope.number("rope_theta", 1e6));
  if (rope.number("rope_theta", config.rope_theta) != config.rope_theta) {
    reader.invalid("rope_theta", "contradicts the one in rope_parameters");
  }
  if (reader.has("rotary_dim")) {
    config.rotary_dim = reader.integer("rotary_dim", 0);
  } else {
    ConfigReader& holder = reader.has("partial_rotary_factor") ? reader : rope;
    config.rotary_dim = rotary_from_fraction(holder, "partial_rotary_factor", config.head_dim);
  }
  return rope.status();
}

}  // namespace

Result<DecoderConfig> parse_text_config(ConfigReader& reader) {
  const bool native = has_native_defaults(reader);
  DecoderConfig config;
  refuse_unsupported(reader);
  read_dimensions(reader, config);
  read_layers(reader, native, config);
  read_residuals(reader, native, config);
  ARGES_RETURN_IF_ERROR(read_rotary(reader, config));
  ARGES_RETURN_IF_ERROR(reader.status());
  ARGES_RETURN_IF_ERROR(check_decoder_config(config));
  return config;
}

}  // namespace arges::sdk
