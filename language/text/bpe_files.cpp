// SPDX-License-Identifier: Apache-2.0
#include "language/text/bpe_files.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "kernels/base/quote_name.h"
#include "language/text/byte_alphabet.h"
#include "language/text/json_document.h"
#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr TokenId kPublishedBaseSize = 200'000;
constexpr TokenId kEndOfSentence = 200'020;
constexpr TokenId kImage = 200'025;

std::optional<std::int64_t> parse_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

Status add_certain_tokens(Vocabulary& vocabulary) {
  if (vocabulary.base_size() != kPublishedBaseSize) return {};
  ARGES_RETURN_IF_ERROR(
      vocabulary.add_markup(kEndOfSentence, "<end_of_sentence>", TokenKind::kControl));
  return vocabulary.add_markup(kImage, "<image>", TokenKind::kControl);
}

}  // namespace

Status read_vocabulary(const nlohmann::json& object, Vocabulary& vocabulary) {
  if (!object.is_object()) return model_invalid("The tokenizer's vocabulary is not an object.");
  for (const auto& [written, value] : object.items()) {
    const auto id = whole_number(value);
    if (!id) {
      return model_invalid("The vocabulary gives " + quote_name(written) +
                           " no whole number as id.");
    }
    if (vocabulary.find_markup(written) == *id) {
      vocabulary.include_in_base(static_cast<TokenId>(*id));
      continue;
    }
    auto bytes = ByteAlphabet::instance().to_bytes(written);
    if (!bytes) {
      return model_invalid("The vocabulary's token " + quote_name(written) +
                           " is not written in the byte-level alphabet.");
    }
    ARGES_RETURN_IF_ERROR(vocabulary.add_plain(*id, std::move(*bytes)));
  }
  return {};
}

Status read_merge_pair(std::string_view left, std::string_view right, MergeList& out) {
  auto a = ByteAlphabet::instance().to_bytes(left);
  auto b = ByteAlphabet::instance().to_bytes(right);
  if (!a || !b || a->empty() || b->empty()) {
    return model_invalid("The tokenizer's merge of rank " + std::to_string(out.size()) +
                         " is not two tokens in the byte-level alphabet.");
  }
  out.emplace_back(std::move(*a), std::move(*b));
  return {};
}

Status read_merge_line(std::string_view line, MergeList& out) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return read_merge_pair(line, {}, out);
  return read_merge_pair(line.substr(0, space), line.substr(space + 1), out);
}

Result<MergeList> read_merges_txt(std::string_view bytes, const TextLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_file_size(bytes, "merges.txt", limits));
  if (utf8_valid_prefix(bytes) != bytes.size()) {
    return model_invalid("merges.txt is not UTF-8; copy the file again.");
  }
  MergeList merges;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version")) continue;
    if (merges.size() >= limits.max_vocabulary) {
      return model_invalid("merges.txt has more than " + std::to_string(limits.max_vocabulary) +
                           " merges.");
    }
    ARGES_RETURN_IF_ERROR(read_merge_line(line, merges));
  }
  return merges;
}

Status read_added_token(std::int64_t id, const nlohmann::json& entry, Vocabulary& vocabulary) {
  const nlohmann::json* content = find_member(entry, "content");
  if (content == nullptr || !content->is_string()) {
    return model_invalid("The added token " + std::to_string(id) + " has no content.");
  }
  const nlohmann::json* special = find_member(entry, "special");
  if (special != nullptr && !special->is_boolean()) {
    return model_invalid("The added token " + std::to_string(id) +
                         " has a \"special\" that is neither true nor false.");
  }
  const bool control = special != nullptr && special->get<bool>();
  return vocabulary.add_markup(id, content->get<std::string>(),
                               control ? TokenKind::kControl : TokenKind::kAdded);
}

Status read_tokenizer_config(std::string_view bytes, const TextLimits& limits,
                             Vocabulary& vocabulary) {
  if (bytes.empty()) return add_certain_tokens(vocabulary);
  ARGES_ASSIGN_OR_RETURN(const JsonDocument document,
                         parse_json_document(bytes, "tokenizer_config.json", limits));
  const nlohmann::json& config = document.root();
  if (!config.is_object()) return model_invalid("tokenizer_config.json is not an object.");
  const nlohmann::json* added = find_member(config, "added_tokens_decoder");
  if (added == nullptr) return add_certain_tokens(vocabulary);
  if (!added->is_object()) {
    return model_invalid("tokenizer_config.json's added_tokens_decoder is not an object.");
  }
  for (const auto& [key, entry] : added->items()) {
    const auto id = parse_id(key);
    if (!id) {
      return model_invalid("The added token id " + quote_name(key) + " is not a whole number.");
    }
    ARGES_RETURN_IF_ERROR(read_added_token(*id, entry, vocabulary));
  }
  return {};
}

}  // namespace arges::language
