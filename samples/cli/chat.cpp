// SPDX-License-Identifier: Apache-2.0
// arges chat: a conversation, one line a turn, through the C ABI.
#include <unistd.h>

#include <cctype>
#include <charconv>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"
#include "samples/cli/turn.h"

namespace arges::cli {
namespace {

constexpr std::string_view kQuitCommand = "/quit";
constexpr char kCommands[] =
    "/image PATH, /rewind [QUESTIONS], /retry, /save FILE, /load FILE and /quit";

struct ChatOptions {
  ModelOptions model;
  AnswerOptions answer;
  bool timings = false;
  std::string load;  // from here, at the beginning
  std::string save;  // to there, at the end
};

// A slash and a letter; a question may well begin with "/3" or with a space before the slash.
bool is_command(const std::string& line) {
  return line.size() > 1 && line[0] == '/' &&
         std::isalpha(static_cast<unsigned char>(line[1])) != 0;
}

std::string command_name(const std::string& line) {
  return line.substr(0, line.find(' '));
}

// What stands behind the command; empty when nothing does.
std::string argument_of(const std::string& line) {
  const std::size_t start = line.find_first_not_of(' ', command_name(line).size());
  return start == std::string::npos ? std::string() : line.substr(start);
}

// The conversation and what has been said of the next turn.
class Chat {
 public:
  Chat(const Engine& engine, GenerateOptions options, bool timings)
      : session_(engine), options_(std::move(options)), timings_(timings) {}

  void save(const std::string& path) {
    if (path.empty()) throw Failure("/save needs the name of a file: /save FILE");
    finish(session_.save(path, queue_));
  }

  void load(const std::string& path) {
    if (path.empty()) throw Failure("/load needs the name of a file: /load FILE");
    finish(session_.load(path, queue_));
    last_.reset();
  }

  void take_line(const std::string& line) {
    if (is_command(line)) {
      obey(line);
    } else {
      ask(line);
    }
  }

 private:
  struct Order {
    std::string_view name;
    void (Chat::*obey)(const std::string& argument);
  };

  void obey(const std::string& line) {
    static constexpr Order kOrders[] = {{"/image", &Chat::show},
                                        {"/rewind", &Chat::rewind},
                                        {"/retry", &Chat::retry},
                                        {"/save", &Chat::save},
                                        {"/load", &Chat::load}};
    const std::string name = command_name(line);
    for (const Order& order : kOrders) {
      if (order.name == name) return (this->*order.obey)(argument_of(line));
    }
    throw Failure(name + " is no command; there are " + kCommands + ", and a question that " +
                  "begins with a slash takes a space before it");
  }

  // A picture waits for the question that follows it, whatever is mistyped in between.
  void show(const std::string& path) {
    if (path.empty()) throw Failure("/image needs the path of a picture: /image PATH");
    pending_.add(read_image(path));
  }

  // Questions and their answers, from the last one back.
  void rewind(const std::string& number) {
    std::size_t turns = 1;
    const char* end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, turns);
    const bool read = number.empty() || (parsed.ec == std::errc() && parsed.ptr == end);
    const std::size_t held = session_.turns().size();
    if (!read || turns > held) {
      throw Failure("/rewind takes how many questions to forget, up to the " +
                    std::to_string(held) + " that there are");
    }
    session_.rewind(held - turns);
    last_.reset();
  }

  // The last question once more; where tokens are drawn, with other luck.
  void retry(const std::string&) {
    if (!last_) throw Failure("/retry asks the last question again, and there is none");
    ++options_.seed;
    if (session_.turns().size() == turns_before_) return answer(session_);  // it had failed
    Session again = session_.fork();  // so that a failure leaves the answer that there was
    again.rewind(turns_before_);
    answer(again);
    session_ = std::move(again);
  }

  // The pictures belong to this question, also when it cannot be answered.
  void ask(const std::string& line) {
    last_ = std::exchange(pending_, Message(Role::kUser));
    last_->add(line);
    turns_before_ = session_.turns().size();
    answer(session_);
  }

  // Reads to the end of a request that says nothing else.
  void finish(const Request&) {
    Event event = queue_.next();
    while (!event.terminal()) event = queue_.next();
    event.check();
  }

  void answer(Session& session) {
    const Answer answer = run_turn(session, *last_, options_, queue_, print_piece);
    print_piece("\n");
    if (timings_) print_timings(answer);
  }

  Session session_;
  GenerateOptions options_;
  bool timings_;
  Queue queue_;
  Message pending_{Role::kUser};
  std::optional<Message> last_;   // the question that /retry asks
  std::size_t turns_before_ = 0;  // it was asked
};

bool next_line(bool interactive, std::string& line) {
  if (interactive) print_piece("> ");
  return static_cast<bool>(std::getline(std::cin, line)) && command_name(line) != kQuitCommand;
}

// At a terminal a failed turn is told and the chat goes on; for a script it is the end.
void run_chat(const ChatOptions& options) {
  const Engine engine = open_engine(options.model);
  const bool interactive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  if (interactive) print_piece(std::string("Ask, or give a command: ") + kCommands + ".\n");
  Chat chat(engine, generate_options(options.answer), options.timings);
  if (!options.load.empty()) chat.load(options.load);
  for (std::string line; next_line(interactive, line);) {
    if (line.empty()) continue;
    try {
      chat.take_line(line);
    } catch (const std::exception& error) {
      if (!interactive) throw;
      std::fprintf(stderr, "%s\n", sentence_of(error));
    }
  }
  if (!options.save.empty()) chat.save(options.save);
}

}  // namespace

void add_chat(Command tool) {
  const auto options = std::make_shared<ChatOptions>();
  Command command =
      tool.command("chat", std::string("Converses: one question a line, or ") + kCommands);
  add_model_options(command, options->model, kAbiDevices);
  add_answer_options(command, options->answer);
  command.flag("--timings", options->timings, "Says behind each answer where its time went");
  command.text("--load", options->load, "Goes on from a conversation in this file");
  command.text("--save", options->save, "Writes the conversation to this file at the end");
  command.action([options] { run_chat(*options); });
}

}  // namespace arges::cli
