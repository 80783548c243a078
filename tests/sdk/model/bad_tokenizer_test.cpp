// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "sdk/model/loaded_model.h"
#include "sdk/model/tokenizer_files.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using testing::TempFolder;
using testing::TestContext;
using testing::TestModel;
using testing::tiny_text_model;
using testing::tiny_vl_model;

Status load_status(const TestModel& model) {
  const TempFolder folder;
  write_model(model, folder);
  const TestContext context;
  return load_model(folder.path(), context.kernels).status();
}

// The tiny model with the rows of a larger or smaller vocabulary.
TestModel with_rows(std::int64_t rows) {
  TestModel model = tiny_text_model();
  model.config["vocab_size"] = rows;
  add_tensor(model.tensors, "model.embed_tokens.weight", {rows, 8});
  add_tensor(model.tensors, "lm_head.weight", {rows, 8});
  return model;
}

TEST(TokenizerAgreement, AllowsPaddingButNoMissingRow) {
  EXPECT_TRUE(load_status(with_rows(260)).ok());
  EXPECT_TRUE(load_status(with_rows(260 + 1024)).ok());
  for (const std::int64_t rows : {259, 256, 100, 1, 260 + 1025, 5000}) {
    const Status status = load_status(with_rows(rows));
    EXPECT_EQ(status.code(), StatusCode::kModelInvalid) << rows;
    EXPECT_NE(status.message().find("260"), std::string::npos) << status.message();
  }
}

TEST(TokenizerAgreement, NeedsTheControlTokensOfThePromptFamily) {
  for (const char* token : {"<beginning_of_sentence>", "<end_of_sentence>"}) {
    TestModel model = tiny_text_model();
    std::string& config = model.files["tokenizer_config.json"];
    config.replace(config.find(token), 5, "<xxxx");
    EXPECT_EQ(load_status(model).code(), StatusCode::kModelInvalid) << token;
  }
}

TEST(TokenizerAgreement, NeedsAKnownPromptFamily) {
  for (const char* family : {"", "text-02", "TEXT-01"}) {
    TestModel model = tiny_text_model();
    model.config["arges"] = {{"prompt_family", family}};
    EXPECT_EQ(load_status(model).code(), StatusCode::kModelInvalid) << family;
  }
}

TEST(TokenizerAgreement, ThePlaceholderMustNotBePlainText) {
  TestModel model = tiny_vl_model();
  model.config["image_token_index"] = 65;
  EXPECT_EQ(load_status(model).code(), StatusCode::kModelInvalid);
}

struct BadFile {
  const char* name;
  std::string bytes;
};
void PrintTo(const BadFile& bad, std::ostream* out) {
  *out << bad.name << ": " << bad.bytes.substr(0, 60);
}

class BadTokenizer : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadTokenizer, IsRefused) {
  TestModel model = tiny_text_model();
  model.files[GetParam().name] = GetParam().bytes;
  const Status status = load_status(model);
  EXPECT_TRUE(status.code() == StatusCode::kModelInvalid ||
              status.code() == StatusCode::kUnsupported)
      << status_code_name(status.code()) << " " << status.message();
  EXPECT_FALSE(status.message().empty());
}

std::string added(const std::string& entries) {
  return "{\"added_tokens_decoder\":{" + entries + "}}";
}
std::string bpe(const std::string& model) {
  return "{\"model\":" + model + "}";
}

const BadFile kBadFiles[] = {
    {"tokenizer.model", ""},
    {"tokenizer.model", "x"},
    {"tokenizer.model", std::string(1000, '\0')},
    {"tokenizer.model", std::string(1000, '\xff')},
    {"tokenizer.model", "{\"model\":{}}"},
    {"tokenizer.model", std::string("\x0a\x7f", 2)},
    {"tokenizer.json", ""},
    {"tokenizer.json", "{"},
    {"tokenizer.json", "[]"},
    {"tokenizer.json", "null"},
    {"tokenizer.json", "{}"},
    {"tokenizer.json", bpe("null")},
    {"tokenizer.json", bpe("[]")},
    {"tokenizer.json", bpe("{\"type\":\"WordPiece\",\"vocab\":{},\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\"}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":[],\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":{\"a\":1e9},\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":{\"a\":4294967296},\"merges\":[]}")},
    {"tokenizer.json", bpe("{\"type\":\"BPE\",\"vocab\":{\"a\":\"0\"},\"merges\":[]}")},
    {"tokenizer.json", "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"},
    {"tokenizer.json", "{\"a\":" + std::string(100000, '[') + "}"},
    {"vocab.json", ""},
    {"vocab.json", "[]"},
    {"vocab.json", "{}"},
    {"vocab.json", "{\"!\":0}"},
    {"vocab.json", "{\"!\":\"0\"}"},
    {"vocab.json", "{\"!\":-1}"},
    {"vocab.json", "{\"!\":9999999999}"},
    {"merges.txt", "x"},
    {"merges.txt", "#version: 0.2\na\n"},
    {"merges.txt", "#version: 0.2\na b c\n"},
    {"merges.txt", "#version: 0.2\n \n"},
    {"merges.txt", "#version: 0.2\na b\na b\n"},
    {"merges.txt", "#version: 0.2\nab c\n"},
    {"merges.txt", "#version: 0.2\n\xff b\n"},
    {"merges.txt", "#version: 0.2\na b\nc d\ne f\ng h\ni j\n"},
    {"tokenizer_config.json", "{"},
    {"tokenizer_config.json", "[]"},
    {"tokenizer_config.json", "{}"},
    {"tokenizer_config.json", "{\"added_tokens_decoder\":[]}"},
    {"tokenizer_config.json", added("\"x\":{\"content\":\"y\"}")},
    {"tokenizer_config.json", added("\"-1\":{\"content\":\"y\"}")},
    {"tokenizer_config.json", added("\"99999999999\":{\"content\":\"y\"}")},
    {"tokenizer_config.json", added("\"256\":{}")},
    {"tokenizer_config.json", added("\"256\":{\"content\":1}")},
    {"tokenizer_config.json", added("\"256\":null")},
    {"tokenizer_config.json", added("\"65\":{\"content\":\"<beginning_of_sentence>\"}")},
    {"tokenizer_config.json", added("\"264\":{\"content\":\"<beginning_of_sentence>\"},"
                                    "\"265\":{\"content\":\"<end_of_sentence>\"}")},
};
INSTANTIATE_TEST_SUITE_P(Files, BadTokenizer, ::testing::ValuesIn(kBadFiles));

TEST(TokenizerFiles, AreLookedForInAStatedOrder) {
  const std::string golden = std::string(ARGES_GOLDEN_DIR) + "/tokenizer/";
  const std::string json = testing::read_bytes(golden + "tiny_bpe/tokenizer.json");
  const std::string sentencepiece = testing::read_bytes(golden + "sentencepiece_bpe.model");
  if (json.empty() || sentencepiece.empty()) GTEST_SKIP() << "tests/golden/tokenizer is not there";
  const TempFolder folder;
  const ModelFolder model = *ModelFolder::open(folder.path());
  EXPECT_EQ(read_tokenizer(model).status().code(), StatusCode::kNotFound);
  folder.write("merges.txt", "#version: 0.2\n");
  EXPECT_EQ((*read_tokenizer(model))->vocab_size(), 256);
  folder.write("merges.txt", testing::read_bytes(golden + "tiny_bpe/merges.txt"));
  folder.write("vocab.json", testing::read_bytes(golden + "tiny_bpe/vocab.json"));
  EXPECT_EQ((*read_tokenizer(model))->base_vocab_size(), 600);
  folder.write("tokenizer.json", json);
  EXPECT_EQ((*read_tokenizer(model))->vocab_size(), 604);
  folder.write("tokenizer.model", sentencepiece);
  EXPECT_NE((*read_tokenizer(model))->vocab_size(), 604);
}

TEST(TokenizerFiles, AreNotFollowedOutOfTheFolder) {
  const TempFolder outside;
  outside.write("merges.txt", "#version: 0.2\n");
  const TempFolder folder;
  std::filesystem::create_symlink(outside.file("merges.txt"), folder.file("merges.txt"));
  EXPECT_EQ(read_tokenizer(*ModelFolder::open(folder.path())).status().code(),
            StatusCode::kModelInvalid);
}

}  // namespace
}  // namespace arges::sdk
