// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>

#include "kernels/base/quote_name.h"
#include "sdk/model/inspect.h"

namespace arges::sdk {
namespace {

// The context that the memory line speaks of.
std::int64_t example_context(const ModelReport& report) {
  return std::min<std::int64_t>(8192, report.config.text.max_positions);
}

std::int64_t lightning_layers(const language::DecoderConfig& text) {
  return std::count(text.layer_types.begin(), text.layer_types.end(),
                    language::LayerType::kLightning);
}

// 1234567 as "1,234,567".
std::string grouped(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
  return digits;
}

std::string tally_text(const WeightTally& tally) {
  return grouped(tally.tensors) + (tally.tensors == 1 ? " tensor, " : " tensors, ") +
         grouped(tally.parameters) + " parameters, " + grouped(tally.bytes) + " bytes";
}

std::string line(std::string label, const std::string& value) {
  label.resize(13, ' ');
  return label + value + "\n";
}

std::string decoder_text(const language::DecoderConfig& text) {
  const std::int64_t lightning = lightning_layers(text);
  return line("decoder", grouped(text.num_layers()) + " layers (" + grouped(lightning) +
                             " lightning, " + grouped(text.num_layers() - lightning) +
                             " softmax), hidden " + grouped(text.hidden_size)) +
         line("heads", grouped(text.num_heads) + " of " + grouped(text.head_dim) + ", " +
                           grouped(text.num_kv_heads) + " key/value, rotary " +
                           grouped(text.rotary_dim)) +
         line("experts", grouped(text.num_experts) + " a layer, " +
                             grouped(text.experts_per_token) + " a token, width " +
                             grouped(text.expert_ffn_size)) +
         line("vocabulary", grouped(text.vocab_size) + ", longest context " +
                                grouped(text.max_positions) + " tokens");
}

std::string vision_text(const ModelConfig& config) {
  if (!config.vision) return line("vision", "none");
  const vision::VitConfig& vit = *config.vision;
  return line("vision", grouped(vit.num_layers) + " layers, hidden " + grouped(vit.hidden_size) +
                            ", tiles of " + grouped(vit.tile_side) + ", patches of " +
                            grouped(vit.patch));
}

std::string weights_text(const ModelReport& report) {
  std::string out = line("weights", tally_text(report.census.total));
  for (std::size_t part = 0; part < report.census.parts.size(); ++part) {
    if (report.census.parts[part].tensors == 0) continue;
    out += line("  " + std::string(model_part_name(static_cast<ModelPart>(part))),
                tally_text(report.census.parts[part]));
  }
  return out + line("files", grouped(report.files) + (report.weights_present
                                                          ? " present"
                                                          : " named by the index, none present; "
                                                            "sizes follow from the config"));
}

// Bits by part of what the files have quantised; null for an ordinary checkpoint.
nlohmann::json quantised_json(const FormatPolicy& formats) {
  nlohmann::json bits;
  for (int part = 0; part < kModelParts; ++part) {
    const GroupFormat groups = groups_of(formats[static_cast<ModelPart>(part)]);
    if (groups.bits == 0) continue;
    bits[std::string(model_part_name(static_cast<ModelPart>(part)))] = groups.bits;
  }
  return bits;
}

std::string quantised_text(const FormatPolicy& formats) {
  const nlohmann::json quantised = quantised_json(formats);
  std::string parts;
  for (const auto& [part, bits] : quantised.items()) {
    parts += part + " " + std::to_string(bits.get<int>()) + " bits, ";
  }
  if (parts.empty()) return {};
  return line("quantised", parts + "groups of " + std::to_string(kGroupInputs));
}

nlohmann::json tally_json(const WeightTally& tally) {
  return {{"tensors", tally.tensors}, {"parameters", tally.parameters}, {"bytes", tally.bytes}};
}

nlohmann::json decoder_json(const language::DecoderConfig& text) {
  return {{"layers", text.num_layers()},
          {"lightning_layers", lightning_layers(text)},
          {"hidden_size", text.hidden_size},
          {"heads", text.num_heads},
          {"kv_heads", text.num_kv_heads},
          {"head_dim", text.head_dim},
          {"rotary_dim", text.rotary_dim},
          {"experts", text.num_experts},
          {"experts_per_token", text.experts_per_token},
          {"expert_ffn_size", text.expert_ffn_size},
          {"vocab_size", text.vocab_size},
          {"max_positions", text.max_positions}};
}

nlohmann::json vision_json(const ModelConfig& config) {
  if (!config.vision) return nullptr;
  const vision::VitConfig& vit = *config.vision;
  return {{"layers", vit.num_layers},
          {"hidden_size", vit.hidden_size},
          {"tile_side", vit.tile_side},
          {"patch", vit.patch},
          {"image_token", config.image_token}};
}

nlohmann::json parts_json(const WeightCensus& census) {
  nlohmann::json parts = nlohmann::json::object();
  for (std::size_t part = 0; part < census.parts.size(); ++part) {
    const std::string name(model_part_name(static_cast<ModelPart>(part)));
    parts[name] = tally_json(census.parts[part]);
  }
  return parts;
}

}  // namespace

std::string report_text(const ModelReport& report) {
  const std::int64_t context = example_context(report);
  std::string out =
      line("model", quote_name(report.config.name) + ", " + quote_name(report.config.model_type) +
                        ", layout " + report.layout + ", prompts " +
                        quote_name(report.config.prompt_family));
  out += decoder_text(report.config.text) + vision_text(report.config) + weights_text(report) +
         quantised_text(report.config.file_formats);
  out += line("session", grouped(report.state_bytes) + " bytes of state and " +
                             grouped(report.kv_bytes_per_token) + " bytes for each token");
  out += line("memory", grouped(report.memory_bytes(context)) +
                            " bytes for the weights and one session of " + grouped(context) +
                            " tokens");
  for (const std::string& note : report.notes) out += line("note", note);
  return out;
}

std::string report_json(const ModelReport& report) {
  const std::int64_t context = example_context(report);
  nlohmann::json out = tally_json(report.census.total);
  out["name"] = report.config.name;
  out["model_type"] = report.config.model_type;
  out["layout"] = report.layout;
  out["prompt_family"] = report.config.prompt_family;
  out["decoder"] = decoder_json(report.config.text);
  out["vision"] = vision_json(report.config);
  out["parts"] = parts_json(report.census);
  out["quantised"] = quantised_json(report.config.file_formats);
  out["unused_tensors"] = report.census.unused;
  out["files"] = report.files;
  out["weights_present"] = report.weights_present;
  out["state_bytes"] = report.state_bytes;
  out["kv_bytes_per_token"] = report.kv_bytes_per_token;
  out["memory_context_tokens"] = context;
  out["memory_bytes"] = report.memory_bytes(context);
  out["notes"] = report.notes;
  // A folder's name need not be UTF-8; the dump replaces what is not.
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace arges::sdk
