// SPDX-License-Identifier: Apache-2.0
// tokenizer.json, then a text, as the parts of an input: a typed refusal, or a tokenizer that keeps
// its promises on the text, on runs of its characters and on its own tokens.
#include <string>

#include "language/text/byte_level_bpe.h"
#include "language/text/utf8.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/parts.h"
#include "tests/fuzz/support/target.h"
#include "tests/fuzz/support/tokenizer_checks.h"

namespace {

using namespace arges::fuzz;
using arges::language::Tokenizer;

constexpr std::size_t kShortRun = 256;
// One input in sixteen, by its length, gets a run whose cost would show.
constexpr std::size_t kLongRun = 128 * 1024;
// A pattern may cost what TextLimits allow for each byte, and no more for a longer text.
constexpr double kSeconds = 1;

// The text's first code point, again and again.
std::string run_of(std::string_view text, std::size_t length) {
  if (text.empty() || arges::language::utf8_valid_prefix(text) != text.size()) return {};
  std::size_t end = 0;
  arges::language::next_code_point(text, end);
  std::string run;
  while (run.size() < length) run += text.substr(0, end);
  return run;
}

std::string own_tokens(const Tokenizer& tokenizer) {
  std::string text;
  for (arges::language::TokenId id = 0; id < tokenizer.vocab_size() && text.size() < 2000; ++id) {
    const auto bytes = tokenizer.token_bytes(id);
    if (bytes && arges::language::utf8_valid_prefix(*bytes) == bytes->size()) text += *bytes;
  }
  return text;
}

void encode(const Tokenizer& tokenizer, std::string_view text) {
  const CpuTime time;
  check_text(tokenizer, text);
  time.require_below(kSeconds, "encode()");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  const auto parts = split_parts(as_text(data, size));
  const CpuTime time;
  const auto tokenizer = arges::language::load_bpe_from_tokenizer_json(parts[0]);
  time.require_below(kSeconds, "load_bpe_from_tokenizer_json()");
  if (!tokenizer.ok()) {
    require_status(tokenizer.status(),
                   {arges::StatusCode::kModelInvalid, arges::StatusCode::kUnsupported});
    return 0;
  }
  const std::string_view text = part(parts, 1);
  check_vocabulary(**tokenizer);
  encode(**tokenizer, text);
  encode(**tokenizer, run_of(text, size % 16 == 0 ? kLongRun : kShortRun));
  encode(**tokenizer, own_tokens(**tokenizer));
  return 0;
}
