// SPDX-License-Identifier: Apache-2.0
// arges debug tokens: text to ids and back; needs the tokenizer's files alone.
#include <cstdio>
#include <memory>

#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/files.h"
#include "samples/cli/model_options.h"
#include "sdk/model/tokenizer_files.h"

namespace arges::cli {
namespace {

struct TokensOptions {
  ModelOptions model;
  std::string encode_file;
  std::string decode;
};

constexpr FileLimit kTextFile{8'000'000, "a text"};  // as arges_tokenize's

// The file's bytes as they are, a last newline included; ids on one line.
void print_ids(const language::Tokenizer& tokenizer, const std::string& path) {
  std::string line;
  for (const language::TokenId id : require(tokenizer.encode(read_file(path, kTextFile)))) {
    if (!line.empty()) line += ' ';
    line += std::to_string(id);
  }
  std::printf("%s\n", line.c_str());
}

// The bytes alone, nothing added.
void print_text(const language::Tokenizer& tokenizer, const std::string& ids) {
  const std::string text = require(language::decode(tokenizer, parse_ids(ids, "--decode")));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void run_tokens(const TokensOptions& options) {
  if (options.encode_file.empty() == options.decode.empty()) {
    throw UsageError("debug tokens takes either --encode-file or --decode");
  }
  const auto folder = require(sdk::ModelFolder::open(options.model.model));
  const auto tokenizer = require(sdk::read_tokenizer(folder));
  if (options.encode_file.empty()) {
    print_text(*tokenizer, options.decode);
  } else {
    print_ids(*tokenizer, options.encode_file);
  }
}

}  // namespace

void add_debug_tokens(Command debug) {
  const auto options = std::make_shared<TokensOptions>();
  Command command = debug.command("tokens", "Token ids of a text, or the text of ids");
  add_model_option(command, options->model);
  command.text("--encode-file", options->encode_file, "Text file; prints ids on one line");
  command.text("--decode", options->decode, "Ids, e.g. \"1 2 3\"; prints their bytes");
  command.action([options] { run_tokens(*options); });
}

}  // namespace arges::cli
