// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/guarded.h"
#include "language/text/bpe_files.h"
#include "language/text/byte_alphabet.h"
#include "language/text/byte_level_bpe.h"
#include "language/text/json_document.h"
#include "language/text/pattern_dialect.h"

namespace arges::language {
namespace {

Status rebuild_vocabulary(const MergeList& merges, Vocabulary& vocabulary) {
  std::int64_t id = 0;
  for (const unsigned char byte : ByteAlphabet::instance().bytes_by_name()) {
    ARGES_RETURN_IF_ERROR(vocabulary.add_plain(id++, std::string(1, static_cast<char>(byte))));
  }
  for (const auto& [left, right] : merges) {
    ARGES_RETURN_IF_ERROR(vocabulary.add_plain(id++, left + right));
  }
  return {};
}

Result<std::unique_ptr<Tokenizer>> finish(BpeParts parts, std::string_view tokenizer_config,
                                          const TextLimits& limits) {
  ARGES_RETURN_IF_ERROR(read_tokenizer_config(tokenizer_config, limits, parts.vocabulary));
  return ByteLevelBpe::create(std::move(parts), limits);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_bpe_from_vocab_and_merges(std::string_view vocab_json,
                                                                  std::string_view merges_txt,
                                                                  std::string_view tokenizer_config,
                                                                  const TextLimits& limits) {
  return guarded(StatusCode::kModelInvalid, kUnreadableTokenizer, [&]() -> LoadedTokenizer {
    BpeParts parts{Vocabulary(limits), {}, {std::string(kPublishedPattern)}};
    ARGES_ASSIGN_OR_RETURN(const auto vocab, parse_json_document(vocab_json, "vocab.json", limits));
    ARGES_RETURN_IF_ERROR(read_vocabulary(vocab.root(), parts.vocabulary));
    ARGES_ASSIGN_OR_RETURN(parts.merges, read_merges_txt(merges_txt, limits));
    return finish(std::move(parts), tokenizer_config, limits);
  });
}

Result<std::unique_ptr<Tokenizer>> load_bpe_from_merges(std::string_view merges_txt,
                                                        std::string_view tokenizer_config,
                                                        const TextLimits& limits) {
  return guarded(StatusCode::kModelInvalid, kUnreadableTokenizer, [&]() -> LoadedTokenizer {
    BpeParts parts{Vocabulary(limits), {}, {std::string(kPublishedPattern)}};
    ARGES_ASSIGN_OR_RETURN(parts.merges, read_merges_txt(merges_txt, limits));
    ARGES_RETURN_IF_ERROR(rebuild_vocabulary(parts.merges, parts.vocabulary));
    return finish(std::move(parts), tokenizer_config, limits);
  });
}

}  // namespace arges::language
