// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weights_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kernels/base/quote_name.h"
#include "sdk/model/config_reader.h"

namespace arges::sdk {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr const char* kLayout = "panels16";
constexpr ModelPart kParts[] = {ModelPart::kAttention, ModelPart::kExperts, ModelPart::kLmHead};

void read_part(ConfigReader& bits, ModelPart part, FormatPolicy& formats) {
  const std::string name(model_part_name(part));
  if (!bits.has(name.c_str())) return;
  const std::int64_t count = bits.integer(name.c_str(), 0);
  if (count != 8 && count != 4) bits.invalid(name.c_str(), "must be 8 or 4");
  formats[part] = count == 8 ? WeightFormat::kQ8 : WeightFormat::kQ4;
}

bool is_known(const std::string& name) {
  return std::ranges::any_of(kParts, [&](ModelPart part) { return model_part_name(part) == name; });
}

Result<FormatPolicy> read_parts(ConfigReader& header) {
  FormatPolicy formats;
  ConfigReader bits = header.object("bits");
  for (const ModelPart part : kParts) read_part(bits, part, formats);
  ARGES_RETURN_IF_ERROR(bits.status());
  if (formats == FormatPolicy()) header.invalid("bits", "names no part of the model");
  if (!header.status().ok()) return header.status();
  for (const auto& [name, ignored] : header.find("bits")->items()) {
    if (!is_known(name)) {
      header.invalid("bits", "names " + quote_name(name) + ", which is not quantised in files");
    }
  }
  ARGES_RETURN_IF_ERROR(header.status());
  return formats;
}

}  // namespace

Result<FormatPolicy> parse_weights_header(std::string_view text, const ModelLimits& limits) {
  ARGES_ASSIGN_OR_RETURN(const language::JsonDocument document,
                         parse_config_object(kWeightsHeaderFile, text, limits));
  ConfigReader header(document.root(), std::string(kWeightsHeaderFile));
  const std::int64_t version = header.integer("version", 0);
  if (version != kVersion) {
    header.unsupported("version", "is " + std::to_string(version) +
                                      "; this library knows 1: use a newer one, or quantise anew");
  }
  if (header.text("layout", "") != kLayout) {
    header.invalid("layout", "must be " + quote_name(kLayout));
  }
  if (header.integer("group_inputs", 0) != kGroupInputs) {
    header.invalid("group_inputs", "must be " + std::to_string(kGroupInputs));
  }
  ARGES_RETURN_IF_ERROR(header.status());
  return read_parts(header);
}

Result<FormatPolicy> read_weights_header(const ModelFolder& folder, const ModelLimits& limits) {
  if (!folder.has(kWeightsHeaderFile)) return FormatPolicy();
  ARGES_ASSIGN_OR_RETURN(const std::string text,
                         folder.read_text(kWeightsHeaderFile, limits.config_bytes));
  return parse_weights_header(text, limits);
}

std::string weights_header(const FormatPolicy& formats) {
  nlohmann::json bits;
  for (const ModelPart part : kParts) {
    const GroupFormat groups = groups_of(formats[part]);
    if (groups.bits != 0) bits[std::string(model_part_name(part))] = groups.bits;
  }
  const nlohmann::json header = {
      {"version", kVersion}, {"layout", kLayout}, {"group_inputs", kGroupInputs}, {"bits", bits}};
  return header.dump(2) + "\n";
}

}  // namespace arges::sdk
