// SPDX-License-Identifier: Apache-2.0
// Damaged tokenizer files: each defect gives its status code and a sentence, never a tokenizer.
#include <gtest/gtest.h>

#include <functional>

#include "language/text/byte_level_bpe.h"
#include "tests/language/text/test_tokenizers.h"

namespace arges::language {
namespace {

using nlohmann::json;
using testing::tiny_tokenizer_json;

constexpr StatusCode kModelInvalid = StatusCode::kModelInvalid;
constexpr StatusCode kUnsupported = StatusCode::kUnsupported;

void expect_refused(const Result<std::unique_ptr<Tokenizer>>& loaded, StatusCode code,
                    const std::string& defect) {
  ASSERT_FALSE(loaded.ok()) << defect << " was accepted";
  EXPECT_EQ(loaded.status().code(), code) << defect << ": " << loaded.status().message();
  EXPECT_GT(loaded.status().message().size(), 15u) << defect;
}

struct JsonDefect {
  const char* name;
  StatusCode code;
  std::function<void(json&)> damage;
};

json& stage(json& file, int index) {
  return file["pre_tokenizer"]["pretokenizers"][index];
}
json& vocab(json& file) {
  return file["model"]["vocab"];
}
json& merges(json& file) {
  return file["model"]["merges"];
}
json& added(json& file) {
  return file["added_tokens"];
}

const std::vector<JsonDefect>& vocabulary_defects() {
  static const std::vector<JsonDefect> defects = {
      {"no model", kModelInvalid, [](json& f) { f.erase("model"); }},
      {"model is a list", kModelInvalid, [](json& f) { f["model"] = json::array(); }},
      {"no vocab", kModelInvalid, [](json& f) { f["model"].erase("vocab"); }},
      {"vocab is null", kModelInvalid, [](json& f) { vocab(f) = nullptr; }},
      {"vocab is a list", kModelInvalid, [](json& f) { vocab(f) = json::array({1}); }},
      {"vocab is empty", kModelInvalid, [](json& f) { vocab(f) = json::object(); }},
      {"id is a string", kModelInvalid, [](json& f) { vocab(f)["a"] = "64"; }},
      {"id is a fraction", kModelInvalid, [](json& f) { vocab(f)["a"] = 64.5; }},
      {"id is null", kModelInvalid, [](json& f) { vocab(f)["a"] = nullptr; }},
      {"id is negative", kModelInvalid, [](json& f) { vocab(f)["a"] = -1; }},
      {"id is 2^20", kModelInvalid, [](json& f) { vocab(f)["a"] = 1 << 20; }},
      {"id is 2^31", kModelInvalid, [](json& f) { vocab(f)["a"] = 1LL << 31; }},
      {"id is 2^63", kModelInvalid, [](json& f) { vocab(f)["a"] = 1ULL << 63; }},
      {"id is 2^64-1", kModelInvalid, [](json& f) { vocab(f)["a"] = ~0ULL; }},
      {"duplicate id", kModelInvalid, [](json& f) { vocab(f)["a"] = vocab(f)["b"]; }},
      {"hole in the ids", kModelInvalid, [](json& f) { vocab(f)["abc"] = 1000; }},
      {"byte without a token", kModelInvalid,
       [](json& f) {
         const int id = vocab(f)["a"];
         vocab(f).erase("a");
         vocab(f)["xyz"] = id;
       }},
      {"empty token", kModelInvalid, [](json& f) { vocab(f)[""] = 900; }},
      {"token outside the alphabet", kModelInvalid, [](json& f) { vocab(f)["嘉"] = 900; }},
      {"token with a raw space", kModelInvalid, [](json& f) { vocab(f)["a b"] = 900; }},
      {"token of 513 bytes", kModelInvalid, [](json& f) { vocab(f)[std::string(513, 'a')] = 258; }},
  };
  return defects;
}

const std::vector<JsonDefect>& merge_defects() {
  static const std::vector<JsonDefect> defects = {
      {"no merges", kModelInvalid, [](json& f) { f["model"].erase("merges"); }},
      {"merges is an object", kModelInvalid, [](json& f) { merges(f) = json::object(); }},
      {"merge is a number", kModelInvalid, [](json& f) { merges(f).push_back(7); }},
      {"merge of three", kModelInvalid,
       [](json& f) {
         merges(f).push_back(json::array({"a", "b", "c"}));
       }},
      {"merge of one", kModelInvalid, [](json& f) { merges(f).push_back(json::array({"a"})); }},
      {"merge of numbers", kModelInvalid,
       [](json& f) {
         merges(f).push_back(json::array({1, 2}));
       }},
      {"merge without a space", kModelInvalid, [](json& f) { merges(f).push_back("ab"); }},
      {"merge with two spaces", kModelInvalid, [](json& f) { merges(f).push_back("a b c"); }},
      {"merge with an empty half", kModelInvalid, [](json& f) { merges(f).push_back(" a"); }},
      {"merge of an unknown token", kModelInvalid, [](json& f) { merges(f).push_back("ab zz"); }},
      {"merge into an unknown token", kModelInvalid, [](json& f) { merges(f).push_back("z z"); }},
      {"merge given twice", kModelInvalid, [](json& f) { merges(f).push_back("a b"); }},
      {"merge into an added token", kModelInvalid,
       [](json& f) {
         added(f).push_back({{"id", 256}, {"content", "ab"}, {"special", true}});
       }},
      {"merge outside the alphabet", kModelInvalid, [](json& f) { merges(f).push_back("嘉 a"); }},
  };
  return defects;
}

const std::vector<JsonDefect>& added_token_defects() {
  static const std::vector<JsonDefect> defects = {
      {"added_tokens is an object", kModelInvalid, [](json& f) { added(f) = json::object(); }},
      {"added token is a string", kModelInvalid, [](json& f) { added(f).push_back("<x>"); }},
      {"added token without id", kModelInvalid,
       [](json& f) {
         added(f).push_back({{"content", "<x>"}});
       }},
      {"added token without content", kModelInvalid,
       [](json& f) {
         added(f).push_back({{"id", 300}});
       }},
      {"added content is a number", kModelInvalid, [](json& f) { added(f)[0]["content"] = 5; }},
      {"added content is empty", kModelInvalid, [](json& f) { added(f)[0]["content"] = ""; }},
      {"added special is a string", kModelInvalid, [](json& f) { added(f)[0]["special"] = "y"; }},
      {"added id is negative", kModelInvalid, [](json& f) { added(f)[0]["id"] = -7; }},
      {"added id is huge", kModelInvalid, [](json& f) { added(f)[0]["id"] = ~0ULL; }},
      {"added id is 2^20", kModelInvalid, [](json& f) { added(f)[0]["id"] = 1 << 20; }},
      {"added id given twice", kModelInvalid,
       [](json& f) { added(f)[0]["id"] = added(f)[1]["id"]; }},
      {"added content given twice", kModelInvalid,
       [](json& f) { added(f)[0]["content"] = added(f)[1]["content"]; }},
      {"added id of another token", kModelInvalid, [](json& f) { added(f)[0]["id"] = 3; }},
  };
  return defects;
}

const std::vector<JsonDefect>& pipeline_defects() {
  static const std::vector<JsonDefect> defects = {
      {"unigram model", kUnsupported, [](json& f) { f["model"]["type"] = "Unigram"; }},
      {"model type is a number", kUnsupported, [](json& f) { f["model"]["type"] = 3; }},
      {"subword prefix", kUnsupported,
       [](json& f) { f["model"]["continuing_subword_prefix"] = "##"; }},
      {"word suffix", kUnsupported, [](json& f) { f["model"]["end_of_word_suffix"] = "</w>"; }},
      {"dropout", kUnsupported, [](json& f) { f["model"]["dropout"] = 0.1; }},
      {"NFC normalizer", kUnsupported,
       [](json& f) {
         f["normalizer"] = {{"type", "NFC"}};
       }},
      {"no pre-tokenizer", kUnsupported, [](json& f) { f["pre_tokenizer"] = nullptr; }},
      {"unknown pre-tokenizer", kUnsupported, [](json& f) { stage(f, 0)["type"] = "Digits"; }},
      {"not byte-level", kUnsupported,
       [](json& f) { f["pre_tokenizer"]["pretokenizers"].erase(1); }},
      {"byte-level first", kUnsupported, [](json& f) { std::swap(stage(f, 0), stage(f, 1)); }},
      {"sequence without a list", kModelInvalid,
       [](json& f) { f["pre_tokenizer"].erase("pretokenizers"); }},
      {"split by a string", kUnsupported,
       [](json& f) {
         stage(f, 0)["pattern"] = {{"String", "x"}};
       }},
      {"split without a pattern", kUnsupported, [](json& f) { stage(f, 0).erase("pattern"); }},
      {"split that merges", kUnsupported,
       [](json& f) { stage(f, 0)["behavior"] = "MergedWithNext"; }},
      {"split that removes", kUnsupported, [](json& f) { stage(f, 0)["behavior"] = "Removed"; }},
      {"pattern does not compile", kModelInvalid,
       [](json& f) { stage(f, 0)["pattern"]["Regex"] = "(["; }},
      {"pattern is too long", kModelInvalid,
       [](json& f) { stage(f, 0)["pattern"]["Regex"] = std::string(5000, 'a'); }},
      {"prefix space", kUnsupported, [](json& f) { stage(f, 1)["add_prefix_space"] = true; }},
  };
  return defects;
}

void expect_all_refused(const std::vector<JsonDefect>& defects) {
  for (const JsonDefect& defect : defects) {
    json file = tiny_tokenizer_json({{"a", "b"}});
    defect.damage(file);
    expect_refused(load_bpe_from_tokenizer_json(file.dump()), defect.code, defect.name);
  }
}

TEST(BadTokenizerFiles, UndamagedFileLoads) {
  EXPECT_TRUE(load_bpe_from_tokenizer_json(tiny_tokenizer_json({{"a", "b"}}).dump()).ok());
}

TEST(BadTokenizerFiles, RefusesVocabularyDefects) {
  expect_all_refused(vocabulary_defects());
}
TEST(BadTokenizerFiles, RefusesMergeDefects) {
  expect_all_refused(merge_defects());
}
TEST(BadTokenizerFiles, RefusesAddedTokenDefects) {
  expect_all_refused(added_token_defects());
}
TEST(BadTokenizerFiles, RefusesPipelinesItDoesNotFollow) {
  expect_all_refused(pipeline_defects());
}

TEST(BadTokenizerFiles, RefusesBytesThatAreNotADocument) {
  const std::vector<std::string> documents = {"",
                                              " ",
                                              "null",
                                              "[]",
                                              "7",
                                              "\"text\"",
                                              "{",
                                              "{}{}",
                                              "{\"model\": }",
                                              "\xFF\xFE{}",
                                              std::string(4, '\0'),
                                              "{\"model\": \"\xC3\"}",
                                              "{'model': {}}"};
  for (const std::string& bytes : documents) {
    expect_refused(load_bpe_from_tokenizer_json(bytes), kModelInvalid, "document " + bytes);
  }
}

TEST(BadTokenizerFiles, RefusesEveryTruncation) {
  const std::string whole = tiny_tokenizer_json({{"a", "b"}}).dump();
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 64) {
    expect_refused(load_bpe_from_tokenizer_json(whole.substr(0, size)), kModelInvalid,
                   "first " + std::to_string(size) + " bytes");
  }
}

TEST(BadTokenizerFiles, RefusesDeepNestingAndTooManyValues) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  expect_refused(load_bpe_from_tokenizer_json(deep), kModelInvalid, "deep nesting");
  expect_refused(load_bpe_from_tokenizer_json("{\"model\":" + deep + "}"), kModelInvalid,
                 "deep nesting inside");
  std::string wide = "[1";
  for (std::size_t i = 0; i < TextLimits().max_json_values; ++i) wide += ",1";
  expect_refused(load_bpe_from_tokenizer_json(wide + "]"), kModelInvalid, "too many values");
}

TEST(BadTokenizerFiles, RefusesAFileOverTheLimit) {
  TextLimits limits;
  limits.max_tokenizer_bytes = 1000;
  expect_refused(load_bpe_from_tokenizer_json(tiny_tokenizer_json().dump(), limits), kModelInvalid,
                 "size");
  expect_refused(load_bpe_from_merges(std::string(1001, '\n'), "", limits), kModelInvalid, "size");
}

TEST(BadTokenizerFiles, RefusesBadMergesTxt) {
  TextLimits limits;
  limits.max_vocabulary = 300;
  std::string many;
  for (int i = 0; i < 400; ++i) many += "a b\n";
  for (const std::string& merges : {std::string(), std::string("a"), std::string("a b c"),
                                    std::string("a  b"), std::string("嘉 a"), std::string("a \xFF"),
                                    std::string("ab c"), std::string("a b\na b"), many}) {
    expect_refused(load_bpe_from_merges(merges, "", limits), kModelInvalid, "merges " + merges);
  }
}

TEST(BadTokenizerFiles, RefusesBadVocabJsonAndTokenizerConfig) {
  const std::string vocab_json = tiny_tokenizer_json({{"a", "b"}})["model"]["vocab"].dump();
  EXPECT_TRUE(load_bpe_from_vocab_and_merges(vocab_json, "a b\n", "{}").ok());
  for (const char* vocab_bytes : {"", "{}", "[]", "{\"a\": 0}", "{\"a\": {}}"}) {
    expect_refused(load_bpe_from_vocab_and_merges(vocab_bytes, "a b\n", ""), kModelInvalid,
                   vocab_bytes);
  }
  for (const char* config :
       {"[]", "{", "{\"added_tokens_decoder\": []}", "{\"added_tokens_decoder\": {\"x\": {}}}",
        "{\"added_tokens_decoder\": {\"300\": {}}}",
        "{\"added_tokens_decoder\": {\"-3\": {\"content\": \"<x>\"}}}",
        "{\"added_tokens_decoder\": {\"99999999999999999999\": {\"content\": \"<x>\"}}}"}) {
    expect_refused(load_bpe_from_vocab_and_merges(vocab_json, "a b\n", config), kModelInvalid,
                   config);
  }
}

// A key or a name of a file reaches a message bounded, and cannot write to a terminal.
void expect_clean(const Result<std::unique_ptr<Tokenizer>>& loaded, const std::string& defect) {
  ASSERT_FALSE(loaded.ok()) << defect;
  const std::string message = loaded.status().message();
  EXPECT_LT(message.size(), 300u) << defect;
  EXPECT_NE(message.find("?]0;name?"), std::string::npos) << defect << ": " << message;
  for (const char c : message) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << defect;
}

TEST(BadTokenizerFiles, MessagesShowNoRawBytesOfTheFile) {
  const std::string hostile =
      "\x1b]0;name\x07" + std::string(1, '\0') + "\n" + std::string(1'000'000, 'a');
  const JsonDefect defects[] = {
      {"id", kModelInvalid, [&](json& f) { vocab(f)[hostile] = "x"; }},
      {"alphabet", kModelInvalid, [&](json& f) { vocab(f)[hostile] = 900; }},
      {"normalizer", kUnsupported,
       [&](json& f) {
         f["normalizer"] = {{"type", hostile}};
       }},
      {"model type", kUnsupported, [&](json& f) { f["model"]["type"] = hostile; }},
      {"stage", kUnsupported, [&](json& f) { stage(f, 0)["type"] = hostile; }},
  };
  for (const JsonDefect& defect : defects) {
    json file = tiny_tokenizer_json({{"a", "b"}});
    defect.damage(file);
    const auto loaded = load_bpe_from_tokenizer_json(file.dump());
    EXPECT_EQ(loaded.status().code(), defect.code) << defect.name;
    expect_clean(loaded, defect.name);
  }
  const json config = {{"added_tokens_decoder", {{hostile, json::object()}}}};
  expect_clean(load_bpe_from_merges("a b\n", config.dump()), "added token id");
}

}  // namespace
}  // namespace arges::language
