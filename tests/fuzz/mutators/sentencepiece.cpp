// SPDX-License-Identifier: Apache-2.0
// Changes a SentencePiece model field by field: pieces, flags, samples, and what is encoded.
#include <algorithm>
#include <bit>

#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/mutators/rules.h"
#include "tests/fuzz/support/rule_table.h"
#include "tests/fuzz/support/wire_message.h"

namespace arges::fuzz {
namespace {

constexpr std::string_view kMark = "\xE2\x96\x81";

// Indices of the fields with that number.
std::vector<std::size_t> indices(const WireMessage& model, std::uint32_t number) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < model.size(); ++i) {
    if (model[i].number == number) out.push_back(i);
  }
  return out;
}

std::string make_piece(const std::string& text, std::uint64_t type, float score) {
  WireMessage piece;
  piece.push_back({spm::kPieceText, 2, 0, text});
  piece.push_back({spm::kPieceScore, 5, std::bit_cast<std::uint32_t>(score), {}});
  if (type != spm::kNormal) piece.push_back({spm::kPieceType, 0, type, {}});
  return write_wire(piece);
}

std::string text_of(const WireField& field) {
  const WireMessage piece = parse_wire(field.bytes);
  const WireField* text = find_field(piece, spm::kPieceText);
  return text == nullptr ? std::string() : text->bytes;
}

// The index of a piece. Of the 256 byte pieces one is like the other: mostly another piece.
std::size_t some_piece(const WireMessage& model, const std::vector<std::size_t>& pieces,
                       Random& random) {
  std::size_t at = random.pick(pieces);
  for (int i = 0; i < 64 && text_of(model[at]).starts_with("<0x"); ++i) at = random.pick(pieces);
  return at;
}

// A piece of the model, or a letter.
std::string some_text(const WireMessage& model, Random& random) {
  constexpr std::string_view kTexts[] = {"a", "b", " ", kMark, "\xC3\xA9", "\xEF\xBF\xBD", "<s>"};
  const auto pieces = indices(model, spm::kPiece);
  if (pieces.empty() || random.one_in(3)) return std::string(random.pick(kTexts));
  return text_of(model[some_piece(model, pieces, random)]);
}

std::string damaged_text(std::string text, Random& random) {
  constexpr char kBytes[] = {' ', 'a', '\x80', '\xFF', '\n'};
  switch (random.below(5)) {
    case 0:
      return text.insert(random.below(text.size() + 1), 1, random.pick(kBytes));
    case 1:  // where a C string ends: in front, or anywhere
      return text.insert(random.one_in(2) ? 0 : random.below(text.size() + 1), 1, '\0');
    case 2:
      return text + std::string(kMark);
    case 3:
      return text.substr(0, random.below(text.size() + 1));
    default:
      return mutate_bytes(std::move(text), random);
  }
}

void change_piece(WireMessage& model, Random& random) {
  const auto pieces = indices(model, spm::kPiece);
  if (pieces.empty()) return;
  const std::size_t at = random.one_in(8) ? random.pick(pieces) : some_piece(model, pieces, random);
  WireField& field = model[at];
  WireMessage piece = parse_wire(field.bytes);
  constexpr float kScores[] = {0, -1, 1e30F, -1e30F, -0.0F, 1e-40F};
  switch (random.below(4)) {
    case 0: {
      WireField& text = field_of(piece, spm::kPieceText, 2);
      text.bytes = damaged_text(text.bytes, random);
      break;
    }
    case 1:
      field_of(piece, spm::kPieceType, 0).value = random.below(8);
      break;
    case 2:
      field_of(piece, spm::kPieceScore, 5).value =
          random.one_in(4) ? random.next() >> 32
                           : std::bit_cast<std::uint32_t>(random.pick(kScores));
      break;
    default:
      field_of(piece, spm::kPieceText, 2).bytes = some_text(model, random);
  }
  field.bytes = write_wire(piece);
}

void remove_pieces(WireMessage& model, Random& random) {
  const auto pieces = indices(model, spm::kPiece);
  if (pieces.empty()) return;
  const std::size_t at = random.pick(pieces);
  const std::size_t count = random.one_in(4) ? random.up_to(300) : 1;
  const std::size_t end = std::min(at + count, model.size());
  model.erase(model.begin() + static_cast<std::ptrdiff_t>(at),
              model.begin() + static_cast<std::ptrdiff_t>(end));
}

// Some pieces have a meaning of their own: without them a flag is a promise that cannot be kept.
void remove_one_that_matters(WireMessage& model, Random& random) {
  constexpr std::string_view kTexts[] = {kMark,    "<unk>",  "<s>",   "</s>",
                                         "<0x00>", "<0x0A>", "<0xE2>"};
  const std::string_view wanted = random.pick(kTexts);
  std::erase_if(model, [&](const WireField& field) {
    return field.number == spm::kPiece && text_of(field) == wanted;
  });
}

void insert_piece(WireMessage& model, const std::string& piece, Random& random) {
  const std::size_t at = random.one_in(2) ? 0 : random.below(model.size() + 1);
  model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), {spm::kPiece, 2, 0, piece});
}

void add_piece(WireMessage& model, Random& random) {
  std::string text = some_text(model, random) + some_text(model, random);
  if (random.one_in(3)) text = damaged_text(std::move(text), random);
  const std::uint64_t type = random.one_in(2) ? spm::kNormal : 1 + random.below(6);
  insert_piece(model, make_piece(text, type, -static_cast<float>(random.below(20))), random);
}

// For a model that has no piece twice: it would be refused.
void replace_piece(WireMessage& model, const std::string& text, std::uint64_t type,
                   Random& random) {
  std::erase_if(model, [&](const WireField& field) {
    return field.number == spm::kPiece && text_of(field) == text;
  });
  insert_piece(model, make_piece(text, type, -1), random);
}

// a, aa, aaa, …: every one is a prefix of the next, so a lookup finds them all.
void add_chain(WireMessage& model, Random& random) {
  const std::string link = some_text(model, random);
  if (link.empty() || link.size() > 8) return;
  const std::uint64_t type = random.one_in(2) ? spm::kUserDefined : 1 + random.below(6);
  // Just over the sizes of the library's tables, or any.
  constexpr std::size_t kLengths[] = {3, 33, 65, 70};
  std::string text;
  for (std::size_t count = random.one_in(2) ? random.pick(kLengths) : random.up_to(80); count > 0;
       --count) {
    text += link;
    replace_piece(model, text, type, random);
  }
}

void add_byte_pieces(WireMessage& model, Random& random) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::erase_if(model, [](const WireField& field) {
    return field.number == spm::kPiece && text_of(field).starts_with("<0x");
  });
  const std::size_t missing = random.one_in(8) ? random.below(256) : 256;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (byte == missing) continue;
    const std::string text = {'<', '0', 'x', kDigits[byte / 16], kDigits[byte % 16], '>'};
    model.push_back({spm::kPiece, 2, 0, make_piece(text, spm::kByte, 0)});
  }
}

void change_trainer(WireMessage& model, Random& random) {
  constexpr std::uint32_t kFields[] = {spm::kModelType, spm::kByteFallback, 24, 40, 41, 42, 43};
  WireField& field = field_of(model, spm::kTrainer, 2);
  WireMessage trainer = parse_wire(field.bytes);
  if (random.one_in(8)) {
    field_of(trainer, spm::kUnknownSurface, 2).bytes = some_text(model, random);
  } else {
    const std::uint32_t number = random.pick(kFields);
    field_of(trainer, number, 0).value = number >= 40 ? random.below(300) : random.below(3);
  }
  field.bytes = write_wire(trainer);
}

// The normalizer, sometimes the denormalizer, which is read by the same rules.
void change_normalizer(WireMessage& model, Random& random) {
  const std::uint32_t which = random.one_in(8) ? spm::kDenormalizer : spm::kNormalizer;
  constexpr std::uint32_t kFlags[] = {spm::kDummyPrefix, spm::kDropSpaces, spm::kEscapeSpaces};
  WireField& field = field_of(model, which, 2);
  WireMessage normalizer = parse_wire(field.bytes);
  if (random.one_in(3)) {
    field_of(normalizer, random.pick(kFlags), 0).value = random.below(2);
  } else if (random.one_in(8)) {
    std::erase_if(normalizer, [](const WireField& f) { return f.number == spm::kRules; });
  } else {
    WireField& table = field_of(normalizer, spm::kRules, 2);
    table.bytes = mutate_rules(table.bytes, some_text(model, random), random);
  }
  field.bytes = write_wire(normalizer);
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count && out.size() < 4096; ++i) out += text;
  return out;
}

void add_sample(WireMessage& model, Random& random) {
  WireField& field = field_of(model, spm::kSelfTest, 2);
  WireMessage samples = parse_wire(field.bytes);
  const std::string input = repeated(some_text(model, random), random.up_to(4000));
  samples.push_back({spm::kSample, 2, 0,
                     write_wire({{spm::kSampleInput, 2, 0, input},
                                 {spm::kSampleExpected, 2, 0, some_text(model, random)}})});
  field.bytes = write_wire(samples);
}

// What the target encodes: mostly short texts, now and then one whose cost would show.
void change_probe(WireMessage& model, Random& random) {
  if (random.one_in(6)) {
    constexpr std::uint64_t kRepeats[] = {1, 65, 1000, 1'000'000};
    field_of(model, spm::kProbeRepeats, 0).value = random.pick(kRepeats);
    field_of(model, spm::kProbeText, 2).bytes = some_text(model, random);
    return;
  }
  std::string& text = field_of(model, spm::kProbeText, 2).bytes;
  if (text.size() > 1000) text.clear();
  switch (random.below(4)) {
    case 0:
      text = some_text(model, random);
      break;
    case 1:
      text = mutate_bytes(text, random);
      break;
    case 2:
      text = damaged_text(text, random);
      break;
    default:
      text += some_text(model, random);
  }
}

// What no honest writer does: fields twice, in another order, of another wire type, unknown ones.
void change_fields(WireMessage& model, Random& random) {
  if (model.empty()) return;
  const std::size_t at = random.below(model.size());
  switch (random.below(5)) {
    case 0:
      model.insert(model.begin(), WireField(model[at]));
      break;
    case 1:
      model.push_back(WireField(model[at]));
      break;
    case 2:
      std::swap(model[at], random.pick(model));
      break;
    case 3:
      model[at].type = random.one_in(2) ? 0 : 5;
      break;
    default:
      model[at].bytes = mutate_bytes(model[at].bytes, random);
  }
}

// The whole normalizer again, with its flags alone: fields of a message given twice are merged.
void split_normalizer(WireMessage& model, Random& random) {
  model.push_back(
      {spm::kNormalizer, 2, 0, write_wire({{spm::kDropSpaces, 0, random.below(2), {}}})});
}

// A small model. A corpus fills with models that are refused, and a change of one of those is
// refused as well. Half of them keep text, which promises most; of the others every flag is as
// likely as not, and so are a few rules.
WireMessage honest_model(Random& random) {
  constexpr std::string_view kTexts[] = {kMark,
                                         "a",
                                         "b",
                                         "ab",
                                         "\xE2\x96\x81"
                                         "a",
                                         "\xC3\xA9"};
  WireMessage model;
  model.push_back({spm::kPiece, 2, 0, make_piece("<unk>", spm::kUnknown, 0)});
  model.push_back({spm::kPiece, 2, 0, make_piece("<s>", spm::kControl, 0)});
  for (const std::string_view text : kTexts) {
    model.push_back({spm::kPiece, 2, 0, make_piece(std::string(text), spm::kNormal, -1)});
  }
  const bool keeps_text = random.one_in(2);
  const std::uint64_t has_bytes = keeps_text ? 1 : random.below(2);
  const std::uint64_t flags = keeps_text ? 0 : random.below(4);
  if (has_bytes != 0) add_byte_pieces(model, random);
  model.push_back({spm::kTrainer, 2, 0,
                   write_wire({{spm::kModelType, 0, 1 + random.below(2), {}},
                               {spm::kByteFallback, 0, has_bytes, {}}})});
  WireMessage normalizer = {{spm::kDummyPrefix, 0, flags & 1, {}},
                            {spm::kDropSpaces, 0, flags >> 1, {}}};
  if (!keeps_text && random.one_in(2)) {
    const Rules rules = {{"A", "a"}, {"Ab", "b"}, {"Abb", "b"}, {"\t", " "}};
    normalizer.push_back({spm::kRules, 2, 0, compile_rules(rules)});
  }
  model.push_back({spm::kNormalizer, 2, 0, write_wire(normalizer)});
  return model;
}

using Change = void (*)(WireMessage&, Random&);
constexpr Change kChanges[] = {
    change_piece,      change_piece,   remove_pieces,     remove_one_that_matters,
    add_piece,         add_piece,      add_chain,         add_byte_pieces,
    change_trainer,    change_trainer, change_normalizer, change_normalizer,
    change_normalizer, add_sample,     change_probe,      change_probe,
    change_probe,      change_fields,  split_normalizer};

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  WireMessage model = random.one_in(8) ? honest_model(random) : parse_wire(input);
  random.pick(kChanges)(model, random);
  return write_wire(model);
}

}  // namespace arges::fuzz
