// SPDX-License-Identifier: Apache-2.0
// One byte that chooses a tokenizer of the tree, then any text: encoded, decoded, streamed.
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "language/text/byte_level_bpe.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "language/text/utf8.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/target.h"
#include "tests/fuzz/support/tokenizer_checks.h"

namespace {

using namespace arges::fuzz;
using arges::language::Tokenizer;

constexpr double kSeconds = 0.5;

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(ARGES_SOURCE_DIR) + "/" + name, std::ios::binary);
  require(file.good(), "the tree has its tokenizers");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::unique_ptr<Tokenizer> must(arges::Result<std::unique_ptr<Tokenizer>> tokenizer) {
  require(tokenizer.ok(), "the tree's tokenizers load");
  return std::move(tokenizer).value();
}

std::vector<std::unique_ptr<Tokenizer>> load_all() {
  using namespace arges::language;
  const std::string tokenizers = "tests/golden/tokenizer/";
  const std::string bpe = tokenizers + "tiny_bpe/";
  std::vector<std::unique_ptr<Tokenizer>> all;
  all.push_back(must(load_sentencepiece(read_file("models/pocket/tokenizer.model"))));
  all.push_back(must(load_bpe_from_tokenizer_json(read_file(bpe + "tokenizer.json"))));
  all.push_back(must(load_bpe_from_merges(read_file(bpe + "merges.txt"), {})));
  all.push_back(must(load_sentencepiece(read_file(tokenizers + "sentencepiece_bpe.model"))));
  all.push_back(must(load_sentencepiece(read_file(tokenizers + "sentencepiece_unigram.model"))));
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  static const auto tokenizers = load_all();
  if (size == 0) return 0;
  const Tokenizer& tokenizer = *tokenizers[data[0] % tokenizers.size()];
  const std::string_view text = as_text(data + 1, size - 1);
  const CpuTime time;
  const bool is_utf8 = arges::language::utf8_valid_prefix(text) == text.size();
  require(tokenizer.encode(text).ok() == is_utf8, "exactly what is UTF-8 is encoded");
  check_text(tokenizer, text);
  time.require_below(kSeconds, "a text");
  return 0;
}
