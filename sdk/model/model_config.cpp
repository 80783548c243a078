// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_config.h"

#include "kernels/base/quote_name.h"
#include "language/text/prompt.h"
#include "sdk/model/config_reader.h"
#include "sdk/model/text_config.h"
#include "sdk/model/vision_config.h"
#include "sdk/model/weights_header.h"

namespace arges::sdk {
namespace {

// The model types that are understood, and the prompt family each speaks by default.
struct KnownType {
  std::string_view model_type;
  const char* prompt_family;
  bool has_vision;
};

constexpr KnownType kKnownTypes[] = {
    {"minimax_m1", "m1", false},           {"MiniMaxM1", "m1", false},
    {"minimax_text_01", "text-01", false}, {"MiniMaxText01", "text-01", false},
    {"minimax", "text-01", false},         {"minimax_vl_01", "vl-01", true},
    {"MiniMaxVL01", "vl-01", true},
};

Result<KnownType> find_type(const std::string& model_type) {
  for (const KnownType& known : kKnownTypes) {
    if (known.model_type == model_type) return known;
  }
  return unsupported("config.json field model_type is " + quote_name(model_type) +
                     "; supported are MiniMax-Text-01, MiniMax-M1 and MiniMax-VL-01 checkpoints");
}

DType declared_dtype(ConfigReader& top) {
  const std::string name = top.text(top.first_of({"torch_dtype", "dtype"}), "bfloat16");
  if (name == "float32") return DType::kF32;
  return name == "float16" ? DType::kF16 : DType::kBF16;
}

// The bundled model's own block; published models have none.
Status read_own_block(ConfigReader& top, ModelConfig& config) {
  ConfigReader own = top.object("arges");
  config.prompt_family = own.text("prompt_family", config.prompt_family);
  if (!language::is_prompt_family(config.prompt_family)) {
    own.invalid("prompt_family", "is none of text-01, vl-01, m1 and pocket");
  }
  return own.status();
}

// Fields of the whole model that matter to its language part.
Result<language::DecoderConfig> parse_text_part(ConfigReader& top, bool nested) {
  if (!nested) return parse_text_config(top);
  if (!top.has("text_config")) top.invalid("text_config", "is missing");
  if (top.has("quantization_config")) {
    top.unsupported("quantization_config", "is set; quantised checkpoints are not supported");
  }
  ConfigReader text = top.object("text_config");
  ARGES_RETURN_IF_ERROR(top.status());
  ARGES_ASSIGN_OR_RETURN(language::DecoderConfig config, parse_text_config(text));
  config.tied_embeddings = top.boolean("tie_word_embeddings", config.tied_embeddings);
  return config;
}

Status parse_vision_part(ConfigReader& top, std::string_view preprocessor,
                         const ModelLimits& limits, ModelConfig& config) {
  if (!top.has("vision_config")) top.invalid("vision_config", "is missing");
  const std::string_view given = preprocessor.empty() ? "{}" : preprocessor;
  ARGES_ASSIGN_OR_RETURN(const language::JsonDocument document,
                         parse_config_object("preprocessor_config.json", given, limits));
  ConfigReader reader(document.root(), "preprocessor_config.json");
  ARGES_ASSIGN_OR_RETURN(VisionConfig parsed,
                         parse_vision_config(top, reader, config.text.hidden_size));
  config.vision = parsed.vit;
  config.tiles = std::move(parsed.tiles);
  const char* key = top.first_of({"image_token_index", "image_token_id"});
  const std::int64_t token = top.integer(key, 200025);  // MiniMax-VL-01's
  if (token < 0 || token >= config.text.vocab_size) top.invalid(key, "is outside the vocabulary");
  config.image_token = static_cast<language::TokenId>(token);
  return top.status();
}

}  // namespace

Result<ModelConfig> parse_model_config(std::string_view config, std::string_view preprocessor,
                                       const ModelLimits& limits) {
  ARGES_ASSIGN_OR_RETURN(const language::JsonDocument document,
                         parse_config_object("config.json", config, limits));
  ConfigReader top(document.root(), "config.json");
  ModelConfig out;
  out.model_type = top.text("model_type", "");
  ARGES_RETURN_IF_ERROR(top.status());
  ARGES_ASSIGN_OR_RETURN(const KnownType known, find_type(out.model_type));
  out.prompt_family = known.prompt_family;
  out.declared_dtype = declared_dtype(top);
  ARGES_RETURN_IF_ERROR(read_own_block(top, out));
  ARGES_ASSIGN_OR_RETURN(out.text, parse_text_part(top, known.has_vision));
  if (known.has_vision) {
    ARGES_RETURN_IF_ERROR(parse_vision_part(top, preprocessor, limits, out));
  }
  ARGES_RETURN_IF_ERROR(top.status());
  return out;
}

Result<ModelConfig> read_model_config(const ModelFolder& folder, const ModelLimits& limits) {
  ARGES_ASSIGN_OR_RETURN(const std::string config,
                         folder.read_text("config.json", limits.config_bytes));
  std::string preprocessor;
  if (folder.has("preprocessor_config.json")) {
    ARGES_ASSIGN_OR_RETURN(preprocessor,
                           folder.read_text("preprocessor_config.json", limits.config_bytes));
  }
  ARGES_ASSIGN_OR_RETURN(ModelConfig out, parse_model_config(config, preprocessor, limits));
  out.name = folder.name();
  ARGES_ASSIGN_OR_RETURN(out.file_formats, read_weights_header(folder, limits));
  return out;
}

}  // namespace arges::sdk
