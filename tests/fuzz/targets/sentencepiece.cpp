// SPDX-License-Identifier: Apache-2.0
// Any bytes as a SentencePiece model: a typed refusal, or a tokenizer that keeps its promises on
// texts made of the model's own pieces and rules and on the text that the input carries.
#include <algorithm>
#include <string>
#include <vector>

#include "language/text/sentencepiece_tokenizer.h"
#include "language/text/utf8.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/rule_table.h"
#include "tests/fuzz/support/target.h"
#include "tests/fuzz/support/tokenizer_checks.h"
#include "tests/fuzz/support/wire_message.h"

namespace {

using namespace arges::fuzz;
using arges::language::Tokenizer;

constexpr std::size_t kPieceTextBytes = 4096;  // of all pieces in one text
constexpr std::size_t kProbeBytes = 256 * 1024;
// Loading and encoding are linear: far above what honest models take.
constexpr double kSeconds = 1;
constexpr double kMeasurable = 0.5;

std::string piece_text(const WireField& piece) {
  const WireMessage message = parse_wire(piece.bytes);
  const WireField* text = find_field(message, spm::kPieceText);
  return text == nullptr ? std::string() : text->bytes;
}

std::string with_spaces(std::string text) {
  constexpr std::string_view kMark = "\xE2\x96\x81";
  for (std::size_t at = 0; (at = text.find(kMark, at)) != std::string::npos;) {
    text.replace(at, kMark.size(), " ");
  }
  return text;
}

// The longest pieces alone, and many pieces behind each other as users would write them.
std::vector<std::string> texts_of_pieces(const WireMessage& model) {
  std::vector<std::string> pieces;
  for (const WireField& field : model) {
    if (field.number == spm::kPiece) pieces.push_back(piece_text(field));
  }
  std::string all;
  for (const std::string& piece : pieces) {
    if (all.size() + piece.size() <= kPieceTextBytes) all += with_spaces(piece);
  }
  const std::size_t longest = std::min<std::size_t>(pieces.size(), 4);
  std::partial_sort(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(longest),
                    pieces.end(),
                    [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  pieces.resize(longest);
  pieces.push_back(all);
  return pieces;
}

// What is replaced, the longest first, and each with itself.
std::vector<std::string> texts_of_rules(const WireMessage& model) {
  const WireField* normalizer = find_field(model, spm::kNormalizer);
  if (normalizer == nullptr) return {};
  const WireMessage fields = parse_wire(normalizer->bytes);
  const WireField* table = find_field(fields, spm::kRules);
  if (table == nullptr) return {};
  std::vector<std::string> texts;
  std::string all;
  for (const auto& [key, replacement] : read_rules(table->bytes)) {
    if (all.size() + key.size() <= kPieceTextBytes) all += key;
    texts.push_back(key);
  }
  std::sort(texts.begin(), texts.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  if (texts.size() > 4) texts.resize(4);
  texts.push_back(all);
  return texts;
}

std::string probe_of(const WireMessage& model, std::size_t most) {
  const WireField* text = find_field(model, spm::kProbeText);
  if (text == nullptr) return {};
  const WireField* repeats = find_field(model, spm::kProbeRepeats);
  const std::uint64_t wanted = repeats == nullptr ? 1 : repeats->value;
  std::string out;
  for (std::uint64_t i = 0; i < wanted && out.size() + text->bytes.size() <= most; ++i) {
    out += text->bytes;
    if (text->bytes.empty()) break;
  }
  return out;
}

// Returns the seconds that it took.
double encode(const Tokenizer& tokenizer, const std::string& text) {
  const CpuTime time;
  check_text(tokenizer, text);
  const double seconds = time.seconds();
  time.require_below(kSeconds, "encode()");
  constexpr std::size_t kAlwaysTaken = 4096;  // a longer run may be too much at once
  if (!tokenizer.keeps_text() || text.size() > kAlwaysTaken) return seconds;
  if (arges::language::utf8_valid_prefix(text) != text.size()) return seconds;
  require(tokenizer.encode(text).ok(), "a tokenizer that keeps text takes every text");
  return seconds;
}

double seconds_of(const Tokenizer& tokenizer, const std::string& text) {
  const CpuTime time;
  (void)tokenizer.encode(text);
  return time.seconds();
}

// The square of a length shows in a ratio before it takes long. Measured up to three times, so that
// a busy machine shows nothing.
void check_growth(const Tokenizer& tokenizer, const std::string& whole, const std::string& part) {
  if (whole.size() < 4 * part.size()) return;
  for (int i = 0; i < 3; ++i) {
    const double seconds = seconds_of(tokenizer, whole);
    if (seconds < kMeasurable || seconds < 10 * seconds_of(tokenizer, part)) return;
  }
  broken("a text four times as long costs no more than ten times as much");
}

// The library would encode a file's samples while it loads, as many and as long as they are, and
// refuse the model for one that it does not satisfy.
void check_samples_are_ignored(WireMessage model) {
  constexpr std::size_t kSmall = 64;
  if (model.size() > kSmall) return;
  const WireMessage sample = {{spm::kSampleInput, 2, 0, "a"}, {spm::kSampleExpected, 2, 0, "z z"}};
  model.push_back({spm::kSelfTest, 2, 0, write_wire({{spm::kSample, 2, 0, write_wire(sample)}})});
  require(arges::language::load_sentencepiece(write_wire(model)).ok(), "loading encodes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  const std::string_view bytes = as_text(data, size);
  const CpuTime time;
  const auto tokenizer = arges::language::load_sentencepiece(bytes);
  time.require_below(kSeconds, "load_sentencepiece()");
  if (!tokenizer.ok()) {
    require_status(tokenizer.status(),
                   {arges::StatusCode::kModelInvalid, arges::StatusCode::kUnsupported});
    return 0;
  }
  check_vocabulary(**tokenizer);
  const WireMessage model = parse_wire(bytes);
  check_samples_are_ignored(model);
  for (const std::string& text : texts_of_pieces(model)) encode(**tokenizer, text);
  for (const std::string& text : texts_of_rules(model)) encode(**tokenizer, text);
  for (const char* text :
       {"", " ", "a a", "  a ", "\xE2\x96\x81", "a \xE2\x96\x81 b", "\xF0\x9F\x8D\x8C"}) {
    encode(**tokenizer, text);
  }
  const std::string probe = probe_of(model, kProbeBytes);
  if (encode(**tokenizer, probe) < kMeasurable) return 0;
  check_growth(**tokenizer, probe, probe_of(model, kProbeBytes / 4));
  return 0;
}
