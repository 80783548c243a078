// SPDX-License-Identifier: Apache-2.0
#include "language/text/byte_level_bpe.h"

#include "kernels/base/guarded.h"
#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::size_t kBytesBetweenStopChecks = std::size_t{64} << 10;

}  // namespace

ByteLevelBpe::ByteLevelBpe(Vocabulary vocabulary, PatternSplitter splitter, bool ignore_merges,
                           std::size_t max_text_bytes)
    : vocabulary_(std::move(vocabulary)),
      splitter_(std::move(splitter)),
      ignore_merges_(ignore_merges),
      max_text_bytes_(max_text_bytes) {}

Result<std::unique_ptr<Tokenizer>> ByteLevelBpe::create(BpeParts parts, const TextLimits& limits) {
  ARGES_RETURN_IF_ERROR(parts.vocabulary.seal());
  ARGES_ASSIGN_OR_RETURN(auto splitter, PatternSplitter::create(parts.patterns, limits));
  std::unique_ptr<ByteLevelBpe> bpe(new ByteLevelBpe(std::move(parts.vocabulary),
                                                     std::move(splitter), parts.ignore_merges,
                                                     limits.max_text_bytes));
  ARGES_RETURN_IF_ERROR(bpe->index_bytes());
  ARGES_RETURN_IF_ERROR(bpe->index_merges(parts.merges));
  return std::unique_ptr<Tokenizer>(std::move(bpe));
}

Status ByteLevelBpe::index_bytes() {
  for (unsigned byte = 0; byte < byte_ids_.size(); ++byte) {
    const char character = static_cast<char>(byte);
    const auto id = vocabulary_.find_plain({&character, 1});
    if (!id) {
      return model_invalid("The tokenizer has no token for byte " + std::to_string(byte) +
                           ", so not every text could be encoded.");
    }
    byte_ids_[byte] = *id;
  }
  return {};
}

Status ByteLevelBpe::index_merges(const std::vector<std::pair<std::string, std::string>>& merges) {
  merges_.reserve(merges.size());
  for (const auto& [left, right] : merges) {
    const auto a = vocabulary_.find_plain(left);
    const auto b = vocabulary_.find_plain(right);
    const auto merged = vocabulary_.find_plain(left + right);
    const std::string rank = std::to_string(merges_.size());
    if (!a || !b || !merged) {
      return model_invalid("The tokenizer's merge of rank " + rank +
                           " names or yields something that is not a token of the vocabulary.");
    }
    if (!merges_.add(*a, *b, *merged)) {
      return model_invalid("The tokenizer's merge of rank " + rank + " was given before.");
    }
  }
  return {};
}

Status ByteLevelBpe::encode_piece(std::string_view piece, const StopCheck& stop,
                                  std::vector<TokenId>& symbols, std::vector<TokenId>& out) const {
  if (ignore_merges_) {
    if (const auto id = vocabulary_.find_plain(piece)) {
      out.push_back(*id);
      return {};
    }
  }
  symbols.clear();
  for (const char byte : piece) symbols.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
  ARGES_RETURN_IF_ERROR(merges_.apply(symbols, stop));
  out.insert(out.end(), symbols.begin(), symbols.end());
  return {};
}

Result<std::vector<TokenId>> ByteLevelBpe::encode(std::string_view text,
                                                  const StopCheck& stop) const {
  return guarded(StatusCode::kInternal, "The text cannot be encoded",
                 [&] { return encode_checked(text, stop); });
}

Result<std::vector<TokenId>> ByteLevelBpe::encode_checked(std::string_view text,
                                                          const StopCheck& stop) const {
  ARGES_RETURN_IF_ERROR(check_text(text, max_text_bytes_));
  ARGES_ASSIGN_OR_RETURN(const auto pieces, splitter_.split(text, stop));
  std::vector<TokenId> ids;
  std::vector<TokenId> symbols;
  std::size_t since_stop_check = 0;
  for (const std::string_view piece : pieces) {
    since_stop_check += piece.size();
    if (since_stop_check >= kBytesBetweenStopChecks) {
      ARGES_RETURN_IF_ERROR(stop());
      since_stop_check = 0;
    }
    ARGES_RETURN_IF_ERROR(encode_piece(piece, stop, symbols, ids));
  }
  return ids;
}

}  // namespace arges::language
