// SPDX-License-Identifier: Apache-2.0
// arges chat: a conversation, one line a turn, through the C ABI.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "samples/cli/commands.h"
#include "samples/cli/model_options.h"
#include "samples/cli/turn.h"

namespace arges::cli {
namespace {

constexpr std::string_view kImageCommand = "/image ";

struct ChatOptions {
  ModelOptions model;
  AnswerOptions answer;
};

// The conversation and what has been said of the next turn.
class Chat {
 public:
  Chat(const Engine& engine, GenerateOptions options)
      : session_(engine), options_(std::move(options)) {}

  // A picture waits for the question that follows it.
  void take_line(const std::string& line) {
    if (line.starts_with(kImageCommand)) {
      pending_.add(read_image(line.substr(kImageCommand.size())));
    } else {
      ask(line);
    }
  }

  // Forgets pictures that wait; the turns before stay.
  void drop_pending() { pending_ = Message(Role::kUser); }

 private:
  void ask(const std::string& line) {
    pending_.add(line);
    run_turn(session_, pending_, options_, queue_, print_piece);
    print_piece("\n");
    drop_pending();
  }

  Session session_;
  GenerateOptions options_;
  Queue queue_;
  Message pending_{Role::kUser};
};

bool next_line(bool interactive, std::string& line) {
  if (interactive) print_piece("> ");
  return static_cast<bool>(std::getline(std::cin, line)) && line != "/quit";
}

// At a terminal a failed turn is told and the chat goes on; for a script it is the end.
void run_chat(const ChatOptions& options) {
  const Engine engine = open_engine(options.model);
  const bool interactive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  if (interactive) print_piece("Ask, show a picture with /image PATH, leave with /quit.\n");
  Chat chat(engine, generate_options(options.answer));
  for (std::string line; next_line(interactive, line);) {
    if (line.empty()) continue;
    try {
      chat.take_line(line);
    } catch (const std::exception& error) {
      if (!interactive) throw;
      std::fprintf(stderr, "%s\n", error.what());
      chat.drop_pending();
    }
  }
}

}  // namespace

void add_chat(Command tool) {
  const auto options = std::make_shared<ChatOptions>();
  Command command = tool.command(
      "chat", "Converses: one question a line, /image PATH to show a picture, /quit to leave");
  add_model_options(command, options->model, kAbiDevices);
  add_answer_options(command, options->answer);
  command.action([options] { run_chat(*options); });
}

}  // namespace arges::cli
