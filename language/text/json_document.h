// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "kernels/base/status.h"
#include "language/text/text_limits.h"

namespace arges::language {

// A parsed document. The library's own destructor takes memory for what is nested, and ends the
// process when that is refused; this one takes its values apart first, without any.
class JsonDocument {
 public:
  explicit JsonDocument(nlohmann::json root) : root_(std::move(root)) {}
  JsonDocument(JsonDocument&&) noexcept = default;
  JsonDocument& operator=(JsonDocument&&) noexcept = default;
  ~JsonDocument();

  const nlohmann::json& root() const { return root_; }

 private:
  nlohmann::json root_;
};

// Parses an untrusted JSON file called `name` in messages. Its size, nesting and number of values
// are counted before anything is built. MODEL_INVALID: over a limit or not JSON.
Result<JsonDocument> parse_json_document(std::string_view bytes, std::string_view name,
                                         const TextLimits& limits);

// MODEL_INVALID unless 0 < bytes.size() <= limits.max_tokenizer_bytes.
Status check_file_size(std::string_view bytes, std::string_view name, const TextLimits& limits);

// The member, or nullptr when `object` is not an object, has no such member or has null there.
const nlohmann::json* find_member(const nlohmann::json& object, const char* key);

// The value of a whole number that fits 64 bits; nullopt for anything else.
std::optional<std::int64_t> whole_number(const nlohmann::json& value);

}  // namespace arges::language
