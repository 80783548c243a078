// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/tokenizer_files.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "language/text/byte_level_bpe.h"
#include "language/text/sentencepiece_tokenizer.h"

namespace arges::sdk {
namespace {

using language::TokenId;
using language::Tokenizer;
using Loaded = Result<std::unique_ptr<Tokenizer>>;

Result<std::string> read(const ModelFolder& folder, std::string_view name, const StopCheck& stop) {
  auto text = folder.read_text(name, language::TextLimits{}.max_tokenizer_bytes);
  ARGES_RETURN_IF_ERROR(stop());
  return text;
}

Result<std::string> read_if_present(const ModelFolder& folder, std::string_view name,
                                    const StopCheck& stop) {
  return folder.has(name) ? read(folder, name, stop) : std::string();
}

Loaded load_from_merges(const ModelFolder& folder, const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(const std::string merges, read(folder, "merges.txt", stop));
  ARGES_ASSIGN_OR_RETURN(const std::string config,
                         read_if_present(folder, "tokenizer_config.json", stop));
  if (!folder.has("vocab.json")) return language::load_bpe_from_merges(merges, config);
  ARGES_ASSIGN_OR_RETURN(const std::string vocabulary, read(folder, "vocab.json", stop));
  return language::load_bpe_from_vocab_and_merges(vocabulary, merges, config);
}

Loaded load(const ModelFolder& folder, const StopCheck& stop) {
  if (folder.has("tokenizer.model")) {
    ARGES_ASSIGN_OR_RETURN(const std::string model, read(folder, "tokenizer.model", stop));
    return language::load_sentencepiece(model);
  }
  if (folder.has("tokenizer.json")) {
    ARGES_ASSIGN_OR_RETURN(const std::string json, read(folder, "tokenizer.json", stop));
    return language::load_bpe_from_tokenizer_json(json);
  }
  if (folder.has("merges.txt")) return load_from_merges(folder, stop);
  return Status(StatusCode::kNotFound,
                "model folder has no tokenizer; it needs tokenizer.model, tokenizer.json or "
                "merges.txt");
}

// True when every element is 0 or -0. Precondition: dtype is f32, bf16 or f16.
bool is_zero_row(const std::byte* row, std::int64_t elements, DType dtype) {
  const std::size_t size = dtype_size(dtype);
  for (std::int64_t i = 0; i < elements; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, row + static_cast<std::size_t>(i) * size, size);
    const std::uint32_t sign = dtype == DType::kF32 ? 0x8000'0000U : 0x8000U;
    if ((bits & ~sign) != 0) return false;
  }
  return true;
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> read_tokenizer(const ModelFolder& folder,
                                                        const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<Tokenizer> tokenizer, load(folder, stop));
  return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

Status check_vocabulary(const Tokenizer& tokenizer, std::int64_t embedding_rows) {
  const std::int64_t ids = tokenizer.vocab_size();
  const std::int64_t spare = std::max<std::int64_t>(1024, embedding_rows / 8);
  if (ids <= embedding_rows && embedding_rows - ids <= spare) return {};
  return model_invalid("the tokenizer has " + std::to_string(ids) + " ids, the embedding " +
                       std::to_string(embedding_rows) +
                       " rows; use the tokenizer of the same checkpoint");
}

std::vector<TokenId> find_untrained_tokens(const Tokenizer& tokenizer,
                                           const ConstTensorView& embedding) {
  std::vector<TokenId> untrained;
  const auto* data = static_cast<const std::byte*>(embedding.data);
  const std::int64_t hidden = embedding.shape[1];
  const std::size_t row_bytes = static_cast<std::size_t>(hidden) * dtype_size(embedding.dtype);
  const auto rows = static_cast<TokenId>(embedding.shape[0]);
  for (TokenId id = 0; id < rows; ++id) {
    const std::byte* row = data + static_cast<std::size_t>(id) * row_bytes;
    const bool absent = tokenizer.kind(id) == language::TokenKind::kAbsent;
    const bool beyond_base = id >= tokenizer.base_vocab_size();
    if (absent || (beyond_base && is_zero_row(row, hidden, embedding.dtype))) {
      untrained.push_back(id);
    }
  }
  return untrained;
}

}  // namespace arges::sdk
