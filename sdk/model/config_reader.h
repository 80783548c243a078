// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/json_document.h"
#include "sdk/model/limits.h"

namespace arges::sdk {

// Parses one small JSON object from untrusted text; MODEL_INVALID, naming `file`.
Result<language::JsonDocument> parse_config_object(std::string_view file, std::string_view text,
                                                   const ModelLimits& limits);

// Reads typed fields of a config object. A field that is absent or null gives the fallback; the
// first field of a wrong type is remembered, so a parser asks for everything and then looks at
// status() once. Refers to the JSON object, which must outlive it.
class ConfigReader {
 public:
  // place: the object's name in messages, e.g. "config.json text_config".
  ConfigReader(const nlohmann::json& object, std::string place)
      : object_(object), place_(std::move(place)) {}

  // OK, or the first failure: MODEL_INVALID or UNSUPPORTED, naming the field.
  const Status& status() const { return status_; }
  const std::string& place() const { return place_; }

  // True for a field that is present and not null.
  bool has(const char* key) const { return find(key) != nullptr; }
  // The first of the keys that is present; the last one when none is.
  const char* first_of(std::initializer_list<const char*> keys) const;

  std::int64_t integer(const char* key, std::int64_t fallback);
  double number(const char* key, double fallback);
  bool boolean(const char* key, bool fallback);
  std::string text(const char* key, const std::string& fallback);

  // An integer, or a list of equal integers (one a layer); UNSUPPORTED when they differ.
  std::int64_t uniform_integer(const char* key, std::int64_t fallback);
  // At most `longest` elements; empty when absent.
  std::vector<std::int64_t> integers(const char* key, std::size_t longest);
  std::vector<double> numbers(const char* key, std::size_t longest);
  std::vector<std::string> texts(const char* key, std::size_t longest);
  // A member object, or an empty one.
  ConfigReader object(const char* key);

  // Remembers a failure about a field.
  void invalid(const char* key, const std::string& problem);
  void unsupported(const char* key, const std::string& problem);
  // UNSUPPORTED unless the field is absent or has this value.
  void require_text(const char* key, const char* only);

  const nlohmann::json* find(const char* key) const;

 private:
  // The field as an array of at most `longest` elements, or nullptr.
  const nlohmann::json* array(const char* key, std::size_t longest);
  std::int64_t as_integer(const char* key, const nlohmann::json& value);
  double as_number(const char* key, const nlohmann::json& value);
  std::string as_text(const char* key, const nlohmann::json& value);
  void remember(StatusCode code, const char* key, const std::string& problem);

  const nlohmann::json& object_;
  std::string place_;
  Status status_;
};

}  // namespace arges::sdk
