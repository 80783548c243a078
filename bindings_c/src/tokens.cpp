// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/message_list.h"
#include "bindings_c/src/text_length.h"
#include "language/text/tokenizer.h"

namespace arges::bindings {
namespace {

// Far more than any context holds, and a number of bytes that can be reckoned with.
constexpr std::uint64_t kMaxTokens = 100'000'000;

// Where more is wanted than fits, nothing is written; how much there is is said in either case.
Status tokenize(const language::Tokenizer& tokenizer, std::string_view text, std::int32_t* tokens,
                std::uint64_t capacity, std::uint64_t* count) {
  ARGES_ASSIGN_OR_RETURN(const std::vector<language::TokenId> ids,
                         tokenizer.encode(text, never_stop()));
  if (capacity > 0) ARGES_RETURN_IF_ERROR(require_pointer(tokens, "tokens"));
  if (ids.size() <= capacity) std::copy(ids.begin(), ids.end(), tokens);
  *count = ids.size();
  return {};
}

Status detokenize(const language::Tokenizer& tokenizer, std::span<const language::TokenId> ids,
                  char* text, std::uint64_t capacity, std::uint64_t* length) {
  std::uint64_t bytes = 0;
  const auto count = [&](std::string_view part) { bytes += part.size(); };
  ARGES_RETURN_IF_ERROR(language::decode_each(tokenizer, ids, language::ControlText::kShow, count));
  if (capacity > 0) ARGES_RETURN_IF_ERROR(require_pointer(text, "text"));
  if (bytes <= capacity) {
    const auto write = [&](std::string_view part) {
      text = std::copy(part.begin(), part.end(), text);
    };
    ARGES_RETURN_IF_ERROR(
        language::decode_each(tokenizer, ids, language::ControlText::kShow, write));
  }
  *length = bytes;
  return {};
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_count_tokens(const arges_engine* engine, arges_message* const* messages,
                                uint64_t message_count, uint64_t* out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_ASSIGN_OR_RETURN(const auto copies, copy_messages(messages, message_count));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(const std::int64_t count, owner->count_tokens(copies));
    *out = static_cast<uint64_t>(count);
    return {};
  });
}

arges_status arges_tokenize(const arges_engine* engine, const char* text, uint64_t length,
                            int32_t* tokens, uint64_t capacity, uint64_t* count) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(require_pointer(text, "text"));
    ARGES_RETURN_IF_ERROR(require_pointer(count, "count"));
    if (length > kMaxTextBytes) {
      return arges::invalid_argument("the text is longer than 8,000,000 bytes; tokenize parts");
    }
    return tokenize(owner->model().tokenizer(), {text, length}, tokens, capacity, count);
  });
}

arges_status arges_detokenize(const arges_engine* engine, const int32_t* tokens, uint64_t count,
                              char* text, uint64_t capacity, uint64_t* length) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    if (count > 0) ARGES_RETURN_IF_ERROR(require_pointer(tokens, "tokens"));
    ARGES_RETURN_IF_ERROR(require_pointer(length, "length"));
    if (count > kMaxTokens) return arges::invalid_argument("these are over 100,000,000 tokens");
    return detokenize(owner->model().tokenizer(), {tokens, count}, text, capacity, length);
  });
}
