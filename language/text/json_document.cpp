// SPDX-License-Identifier: Apache-2.0
#include "language/text/json_document.h"

#include <algorithm>

namespace arges::language {
namespace {

struct JsonExtent {
  std::size_t depth = 0;   // deepest nesting
  std::size_t values = 1;  // at least the number of values
};

// Walks over the brackets and commas outside strings; a document that is not JSON may give any
// figures, which the parser then refuses.
JsonExtent measure(std::string_view bytes) {
  JsonExtent extent;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      extent.depth = std::max(extent.depth, ++depth);
      ++extent.values;
    } else if (c == '}' || c == ']') {
      if (depth > 0) --depth;
    } else if (c == ',') {
      ++extent.values;
    }
  }
  return extent;
}

// As deep as the document, which its parser has bounded.
void take_apart(nlohmann::json& value) {
  if (!value.is_structured()) return;
  for (auto& element : value) take_apart(element);
  value.clear();
}

}  // namespace

JsonDocument::~JsonDocument() {
  take_apart(root_);
}

Status check_file_size(std::string_view bytes, std::string_view name, const TextLimits& limits) {
  if (bytes.empty()) return model_invalid(std::string(name) + " is empty; copy the file again.");
  if (bytes.size() <= limits.max_tokenizer_bytes) return {};
  return model_invalid(std::string(name) + " has " + std::to_string(bytes.size()) +
                       " bytes; at most " + std::to_string(limits.max_tokenizer_bytes) +
                       " are allowed.");
}

Result<JsonDocument> parse_json_document(std::string_view bytes, std::string_view name,
                                         const TextLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_file_size(bytes, name, limits));
  const JsonExtent extent = measure(bytes);
  if (extent.depth > limits.max_json_depth || extent.values > limits.max_json_values) {
    return model_invalid(std::string(name) + " is nested deeper than " +
                         std::to_string(limits.max_json_depth) + " or has more than " +
                         std::to_string(limits.max_json_values) + " values.");
  }
  auto document = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (document.is_discarded()) {
    return model_invalid(std::string(name) + " is not valid JSON; copy the file again.");
  }
  return JsonDocument(std::move(document));
}

const nlohmann::json* find_member(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::int64_t> whole_number(const nlohmann::json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value.get<std::int64_t>();
}

}  // namespace arges::language
