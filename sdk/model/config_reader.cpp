// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/config_reader.h"

#include <algorithm>
#include <limits>

#include "kernels/base/quote_name.h"
#include "sdk/model/json_walk.h"

namespace arges::sdk {
namespace {

using nlohmann::json;

// Never destroyed: a model may still be opened while the process exits.
const json& empty_object() {
  static const json& empty = *new json(json::object());
  return empty;
}

}  // namespace

Result<language::JsonDocument> parse_config_object(std::string_view file, std::string_view text,
                                                   const ModelLimits& limits) {
  // The first pass holds the limits and builds nothing; the second builds the small tree.
  const std::string what = "file " + quote_name(file);
  if (text.size() > limits.config_bytes) return model_invalid(what + " is too long for a config");
  JsonVisitor accept_all;
  ARGES_RETURN_IF_ERROR(walk_json(what, text, {limits.json_depth, limits.json_keys}, accept_all));
  json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return model_invalid(what + " is not a JSON object");
  return language::JsonDocument(std::move(object));
}

const json* ConfigReader::find(const char* key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const char* ConfigReader::first_of(std::initializer_list<const char*> keys) const {
  for (const char* key : keys) {
    if (has(key)) return key;
  }
  return *(keys.end() - 1);
}

void ConfigReader::remember(StatusCode code, const char* key, const std::string& problem) {
  if (status_.ok()) status_ = Status(code, place_ + " field " + key + " " + problem);
}

void ConfigReader::invalid(const char* key, const std::string& problem) {
  remember(StatusCode::kModelInvalid, key, problem);
}

void ConfigReader::unsupported(const char* key, const std::string& problem) {
  remember(StatusCode::kUnsupported, key, problem);
}

std::int64_t ConfigReader::as_integer(const char* key, const json& value) {
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest) {
    invalid(key, "is absurdly large");
    return 0;
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  invalid(key, "must be a whole number");
  return 0;
}

double ConfigReader::as_number(const char* key, const json& value) {
  if (value.is_number()) return value.get<double>();
  invalid(key, "must be a number");
  return 0;
}

std::string ConfigReader::as_text(const char* key, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  invalid(key, "must be a string");
  return {};
}

std::int64_t ConfigReader::integer(const char* key, std::int64_t fallback) {
  const json* value = find(key);
  return value ? as_integer(key, *value) : fallback;
}

double ConfigReader::number(const char* key, double fallback) {
  const json* value = find(key);
  return value ? as_number(key, *value) : fallback;
}

bool ConfigReader::boolean(const char* key, bool fallback) {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  invalid(key, "must be true or false");
  return fallback;
}

std::string ConfigReader::text(const char* key, const std::string& fallback) {
  const json* value = find(key);
  return value ? as_text(key, *value) : fallback;
}

std::int64_t ConfigReader::uniform_integer(const char* key, std::int64_t fallback) {
  const json* value = find(key);
  if (value == nullptr || !value->is_array()) return integer(key, fallback);
  constexpr std::size_t kLongest = 1024;
  const std::vector<std::int64_t> list = integers(key, kLongest);
  if (list.empty()) {
    invalid(key, "is an empty list");
    return fallback;
  }
  const bool uniform = std::all_of(list.begin(), list.end(),
                                   [&](std::int64_t element) { return element == list.front(); });
  if (!uniform) unsupported(key, "differs between layers; only one value for all is supported");
  return list.front();
}

const json* ConfigReader::array(const char* key, std::size_t longest) {
  const json* value = find(key);
  if (value == nullptr) return nullptr;
  if (value->is_array() && value->size() <= longest) return value;
  invalid(key, "must be a list of at most " + std::to_string(longest) + " elements");
  return nullptr;
}

std::vector<std::int64_t> ConfigReader::integers(const char* key, std::size_t longest) {
  std::vector<std::int64_t> out;
  if (const json* list = array(key, longest)) {
    for (const json& element : *list) out.push_back(as_integer(key, element));
  }
  return out;
}

std::vector<double> ConfigReader::numbers(const char* key, std::size_t longest) {
  std::vector<double> out;
  if (const json* list = array(key, longest)) {
    for (const json& element : *list) out.push_back(as_number(key, element));
  }
  return out;
}

std::vector<std::string> ConfigReader::texts(const char* key, std::size_t longest) {
  std::vector<std::string> out;
  if (const json* list = array(key, longest)) {
    for (const json& element : *list) out.push_back(as_text(key, element));
  }
  return out;
}

ConfigReader ConfigReader::object(const char* key) {
  const json* value = find(key);
  const bool usable = value != nullptr && value->is_object();
  if (value != nullptr && !usable) invalid(key, "must be an object");
  return {usable ? *value : empty_object(), place_ + " " + key};
}

void ConfigReader::require_text(const char* key, const char* only) {
  const json* value = find(key);
  if (value == nullptr) return;
  const std::string found = as_text(key, *value);
  if (found != only) {
    unsupported(key, "is " + quote_name(found) + "; only " + quote_name(only) + " is supported");
  }
}

}  // namespace arges::sdk
