// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <span>
#include <string>
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

// The caller's array of `capacity` items gets all of them or, when it is too small, none; how many
// there are is said in either case.
template <typename T>
Status give(const T* items, std::size_t count, T* out, std::uint64_t capacity,
            std::uint64_t* out_count, const char* name) {
  if (capacity > 0) ARGES_RETURN_IF_ERROR(require_pointer(out, name));
  if (count <= capacity) std::copy_n(items, count, out);
  *out_count = count;
  return {};
}

Status tokenize(const language::Tokenizer& tokenizer, std::string_view text, std::int32_t* tokens,
                std::uint64_t capacity, std::uint64_t* count) {
  ARGES_ASSIGN_OR_RETURN(const std::vector<language::TokenId> ids,
                         tokenizer.encode(text, never_stop()));
  return give<std::int32_t>(ids.data(), ids.size(), tokens, capacity, count, "tokens");
}

Status detokenize(const language::Tokenizer& tokenizer, std::span<const language::TokenId> ids,
                  char* text, std::uint64_t capacity, std::uint64_t* length) {
  ARGES_ASSIGN_OR_RETURN(const std::string bytes, language::decode(tokenizer, ids));
  return give(bytes.data(), bytes.size(), text, capacity, length, "text");
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
