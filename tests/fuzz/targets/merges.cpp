// SPDX-License-Identifier: Apache-2.0
// merges.txt, tokenizer_config.json, vocab.json and a text as the parts of an input, loaded with
// and without the vocabulary: typed refusals, or tokenizers that keep their promises.
#include "language/text/byte_level_bpe.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/parts.h"
#include "tests/fuzz/support/target.h"
#include "tests/fuzz/support/tokenizer_checks.h"

namespace {

using namespace arges::fuzz;
using arges::StatusCode;
using Loaded = arges::Result<std::unique_ptr<arges::language::Tokenizer>>;

void check(const Loaded& tokenizer, std::string_view text) {
  if (!tokenizer.ok()) {
    return require_status(tokenizer.status(),
                          {StatusCode::kModelInvalid, StatusCode::kUnsupported});
  }
  check_vocabulary(**tokenizer);
  check_text(**tokenizer, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  const auto parts = split_parts(as_text(data, size));
  const std::string_view merges = part(parts, 0);
  const std::string_view config = part(parts, 1);
  const std::string_view vocabulary = part(parts, 2);
  const std::string_view text = part(parts, 3);
  const CpuTime time;
  check(arges::language::load_bpe_from_merges(merges, config), text);
  check(arges::language::load_bpe_from_vocab_and_merges(vocabulary, merges, config), text);
  time.require_below(1, "loading merges");
  return 0;
}
