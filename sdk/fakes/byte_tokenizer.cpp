// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/byte_tokenizer.h"

#include "language/text/utf8.h"

namespace arges::sdk {
namespace {

constexpr std::array<std::string_view, 6> kMarkup = {"<begin>",     "<system>", "<user>",
                                                     "<assistant>", "<end>",    "<image>"};

}  // namespace

ByteTokenizer::ByteTokenizer() {
  for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>(i);
}

class ByteTokenizer::Encoding final : public language::TextEncoding {
 public:
  Encoding(const ByteTokenizer& tokenizer, std::string_view text)
      : tokenizer_(tokenizer), rest_(text) {}

  bool done() const override { return rest_.empty(); }
  Status encode_slice(const StopCheck&, std::vector<language::TokenId>& ids) override {
    tokenizer_.gate_.pass();
    const std::string_view slice = rest_.substr(0, kSliceBytes);
    for (const char c : slice) ids.push_back(static_cast<unsigned char>(c));
    tokenizer_.encoded_bytes_ += static_cast<std::int64_t>(slice.size());
    rest_.remove_prefix(slice.size());
    return {};
  }

 private:
  const ByteTokenizer& tokenizer_;
  std::string_view rest_;
};

Result<std::unique_ptr<language::TextEncoding>> ByteTokenizer::begin(std::string_view text) const {
  ARGES_RETURN_IF_ERROR(language::check_utf8(text, "the text"));
  return std::unique_ptr<language::TextEncoding>(std::make_unique<Encoding>(*this, text));
}

std::optional<std::string_view> ByteTokenizer::token_bytes(language::TokenId id) const {
  if (id < 0 || id >= kVocabSize) return std::nullopt;
  const auto index = static_cast<std::size_t>(id);
  if (id < kBegin) return std::string_view(&bytes_[index], 1);
  return kMarkup[index - bytes_.size()];
}

language::TokenKind ByteTokenizer::kind(language::TokenId id) const {
  if (id < 0 || id >= kVocabSize) return language::TokenKind::kAbsent;
  return id < kBegin ? language::TokenKind::kPlain : language::TokenKind::kControl;
}

std::optional<language::TokenId> ByteTokenizer::control_token(std::string_view content) const {
  for (std::size_t i = 0; i < kMarkup.size(); ++i) {
    if (kMarkup[i] == content) return kBegin + static_cast<language::TokenId>(i);
  }
  return std::nullopt;
}

}  // namespace arges::sdk
