// SPDX-License-Identifier: Apache-2.0
// arges ask: one question about any number of pictures, through the C ABI.
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"
#include "samples/cli/stopwatch.h"
#include "samples/cli/turn.h"

namespace arges::cli {
namespace {

struct AskOptions {
  ModelOptions model;
  AnswerOptions answer;
  std::vector<std::string> words;  // IMAGE… QUESTION
  bool json = false;
};

// A file where the question should stand is a question forgotten or put first: answering its name
// would look like an answer about the picture.
void require_question_last(const std::vector<std::string>& words) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(words.back(), ignored)) {
    throw UsageError("the last argument is the question, but " + words.back() +
                     " is a file; a question of that name takes a space before it");
  }
}

Message build_question(const std::vector<std::string>& words) {
  Message message(Role::kUser);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) message.add(read_image(words[i]));
  message.add(words.back());
  return message;
}

nlohmann::json describe(const Answer& answer, double load_seconds, double answer_seconds) {
  return {{"answer", answer.text},
          {"finish_reason", answer.finish_reason == ARGES_FINISH_LENGTH ? "length" : "stop"},
          {"prompt_tokens", answer.prompt_tokens},
          {"generated_tokens", answer.generated_tokens},
          {"load_seconds", load_seconds},
          {"answer_seconds", answer_seconds}};
}

void run_ask(const AskOptions& options) {
  require_question_last(options.words);
  const Message question = build_question(options.words);
  const Stopwatch load;
  const Engine engine = open_engine(options.model);
  const double load_seconds = load.seconds();
  const Stopwatch answering;
  Session session(engine);
  Queue queue;
  const auto on_text = [&](std::string_view piece) {
    if (!options.json) print_piece(piece);
  };
  const Answer answer =
      run_turn(session, question, generate_options(options.answer), queue, on_text);
  if (options.json) print_piece(describe(answer, load_seconds, answering.seconds()).dump());
  print_piece("\n");
}

}  // namespace

void add_ask(Command tool) {
  const auto options = std::make_shared<AskOptions>();
  Command command = tool.command("ask", "Answers a question about pictures");
  add_model_options(command, options->model, kAbiDevices);
  add_answer_options(command, options->answer);
  command.flag("--json", options->json, "One JSON object instead of a stream of text");
  command.texts("IMAGE|QUESTION", options->words,
                "Pictures (PNG, JPEG or WebP), then the question");
  command.action([options] { run_ask(*options); });
}

}  // namespace arges::cli
