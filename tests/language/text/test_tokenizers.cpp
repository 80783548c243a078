// SPDX-License-Identifier: Apache-2.0
#include "tests/language/text/test_tokenizers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <fstream>
#include <iterator>

#include "language/text/byte_alphabet.h"
#include "language/text/byte_level_bpe.h"
#include "language/text/pattern_dialect.h"
#include "language/text/utf8.h"

namespace arges::language::testing {
namespace {

using nlohmann::json;

std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}

std::string varint_field(unsigned number, std::uint64_t value) {
  return varint(number << 3) + varint(value);
}

std::string bytes_field(unsigned number, const std::string& bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string float_field(unsigned number, float value) {
  std::string out = varint(number << 3 | 5);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>(std::bit_cast<std::uint32_t>(value) >> shift);
  }
  return out;
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string written(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    append_utf8(ByteAlphabet::instance().name_of(static_cast<unsigned char>(byte)), out);
  }
  return out;
}

const std::vector<std::string>& tiny_markup() {
  static const std::vector<std::string> markup = {"<beginning_of_sentence>",
                                                  "<end_of_sentence>",
                                                  "<end_of_document>",
                                                  "<begin_of_document>",
                                                  "<image>",
                                                  "<function_call>",
                                                  "<think>"};
  return markup;
}

json tiny_tokenizer_json(const std::vector<std::pair<std::string, std::string>>& merges) {
  json vocab = json::object();
  json merge_list = json::array();
  int id = 0;
  for (int byte = 0; byte < 256; ++byte) {
    vocab[written(std::string(1, static_cast<char>(byte)))] = id++;
  }
  for (const auto& [left, right] : merges) {
    vocab[written(left + right)] = id++;
    merge_list.push_back(written(left) + " " + written(right));
  }
  json added = json::array();
  for (const std::string& content : tiny_markup()) {
    added.push_back({{"id", id++}, {"content", content}, {"special", content != "<think>"}});
  }
  const json split = {{"type", "Split"},
                      {"pattern", {{"Regex", kPublishedPattern}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  const json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  return {{"version", "1.0"},
          {"added_tokens", added},
          {"normalizer", nullptr},
          {"pre_tokenizer",
           {{"type", "Sequence"}, {"pretokenizers", json::array({split, byte_level})}}},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", merge_list}}}};
}

std::vector<TokenId> encoded(const Tokenizer& tokenizer, std::string_view text) {
  auto ids = tokenizer.encode(text);
  EXPECT_TRUE(ids.ok()) << ids.status().message();
  return ids.ok() ? *ids : std::vector<TokenId>();
}

std::shared_ptr<const Tokenizer> tiny_tokenizer(
    const std::vector<std::pair<std::string, std::string>>& merges) {
  auto loaded = load_bpe_from_tokenizer_json(tiny_tokenizer_json(merges).dump());
  if (!loaded.ok()) {
    ADD_FAILURE() << loaded.status().message();
    return nullptr;
  }
  return std::move(loaded).value();
}

std::string TestSentencePiece::serialize() const {
  std::string out;
  for (const TestPiece& piece : pieces) {
    out += bytes_field(1, bytes_field(1, piece.text) + float_field(2, piece.score) +
                              varint_field(3, static_cast<std::uint64_t>(piece.type)));
  }
  out += bytes_field(2, varint_field(3, static_cast<std::uint64_t>(model_type)) +
                            varint_field(35, byte_fallback ? 1 : 0));
  std::string normalizer = bytes_field(1, "identity");
  if (!rules.empty()) normalizer += bytes_field(2, rules);
  normalizer += varint_field(3, add_dummy_prefix ? 1 : 0) + varint_field(4, drop_spaces ? 1 : 0) +
                varint_field(5, escape_spaces ? 1 : 0);
  return out + bytes_field(3, normalizer);
}

TestSentencePiece pocket_like_model() {
  TestSentencePiece model;
  model.pieces.push_back({"<unk>", 0, 2});
  for (const char* control :
       {"<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<image>"}) {
    model.pieces.push_back({control, 0, 3});
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (unsigned byte = 0; byte < 256; ++byte) {
    model.pieces.push_back(
        {std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">", 0, 6});
  }
  float score = 0;
  for (const char* piece : {"▁r", "▁re", "▁red", "▁c", "▁", "r", "e", "d", "c", "<", ">", "|"}) {
    model.pieces.push_back({piece, score, 1});
    score -= 1;
  }
  return model;
}

}  // namespace arges::language::testing
