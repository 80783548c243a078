// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "language/text/tokenizer.h"
#include "sdk/fakes/gate.h"

namespace arges::sdk {

// The smallest tokenizer there can be: ids 0 to 255 are bytes, the rest is markup. Since a token
// is one byte, code points beyond ASCII and stop strings of more than a byte span tokens.
class ByteTokenizer : public language::Tokenizer {
 public:
  static constexpr language::TokenId kBegin = 256;
  static constexpr language::TokenId kSystem = 257;
  static constexpr language::TokenId kUser = 258;
  static constexpr language::TokenId kAssistant = 259;
  static constexpr language::TokenId kEnd = 260;
  static constexpr language::TokenId kImage = 261;
  static constexpr language::TokenId kVocabSize = 262;

  ByteTokenizer();

  static constexpr std::size_t kSliceBytes = 4096;

  Result<std::unique_ptr<language::TextEncoding>> begin(std::string_view text) const override;
  std::optional<std::string_view> token_bytes(language::TokenId id) const override;
  language::TokenKind kind(language::TokenId id) const override;
  std::optional<language::TokenId> control_token(std::string_view content) const override;
  language::TokenId vocab_size() const override { return kVocabSize; }
  language::TokenId base_vocab_size() const override { return kVocabSize; }
  bool adds_leading_space() const override { return false; }
  bool keeps_text() const override { return true; }

  // Bytes of text that have been encoded so far.
  std::int64_t encoded_bytes() const { return encoded_bytes_; }
  // Before each slice of text.
  Gate& gate() const { return gate_; }

 private:
  class Encoding;

  std::array<char, 256> bytes_;
  mutable Gate gate_;
  mutable std::atomic<std::int64_t> encoded_bytes_{0};
};

}  // namespace arges::sdk
