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
#include <vector>

#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"
#include "samples/cli/turn.h"

namespace arges::cli {
namespace {

constexpr std::string_view kQuitCommand = "/quit";
constexpr char kCommands[] =
    "/image PATH, /rewind [QUESTIONS], /retry, /fork [BRANCH], /save FILE, /load FILE and /quit";

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

// A number that stands alone; `otherwise` when there is nothing.
std::optional<std::size_t> read_number(const std::string& text, std::size_t otherwise) {
  if (text.empty()) return otherwise;
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

// The conversation, its branches, and what has been said of the next turn.
class Chat {
 public:
  Chat(const Engine& engine, GenerateOptions options, bool timings)
      : options_(std::move(options)), timings_(timings) {
    branches_.push_back({Session(engine), nullptr, 0});
  }

  // Names the branch once there are several.
  std::string prompt() const {
    return branches_.size() == 1 ? "> " : std::to_string(branch_ + 1) + "> ";
  }

  void save(const std::string& path) {
    if (path.empty()) throw Failure("/save needs the name of a file: /save FILE");
    finish(here().session.save(path, queue_));
  }

  void load(const std::string& path) {
    if (path.empty()) throw Failure("/load needs the name of a file: /load FILE");
    finish(here().session.load(path, queue_));
    here().last.reset();
  }

  void take_line(const std::string& line) {
    if (is_command(line)) {
      obey(line);
    } else {
      ask(line);
    }
  }

 private:
  struct Branch {
    Session session;
    std::shared_ptr<const Message> last;  // the question that /retry asks
    std::size_t turns_before;             // it was asked
  };
  struct Order {
    std::string_view name;
    void (Chat::*obey)(const std::string& argument);
  };

  void obey(const std::string& line) {
    static constexpr Order kOrders[] = {{"/image", &Chat::show},  {"/rewind", &Chat::rewind},
                                        {"/retry", &Chat::retry}, {"/fork", &Chat::fork},
                                        {"/save", &Chat::save},   {"/load", &Chat::load}};
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
    const auto turns = read_number(number, 1);
    const std::size_t held = here().session.turns().size();
    if (!turns || *turns > held) {
      throw Failure("/rewind takes how many questions to forget, up to the " +
                    std::to_string(held) + " that there are");
    }
    here().session.rewind(held - *turns);
    here().last.reset();
  }

  // The last question once more; where tokens are drawn, with other luck.
  void retry(const std::string&) {
    Branch& branch = here();
    if (!branch.last) throw Failure("/retry asks the last question again, and there is none");
    ++options_.seed;
    if (branch.session.turns().size() == branch.turns_before) return answer(branch.session);
    Session again = branch.session.fork();  // so that a failure leaves the answer that there was
    again.rewind(branch.turns_before);
    answer(again);
    branch.session = std::move(again);
  }

  // Goes on in a new branch, which begins as this one is, or in one that was left.
  void fork(const std::string& number) {
    const auto wanted = read_number(number, branches_.size() + 1);
    if (!wanted || *wanted == 0 || (*wanted > branches_.size() && !number.empty())) {
      throw Failure("/fork makes a branch; with a number it goes back to one, of the " +
                    std::to_string(branches_.size()) + " that there are");
    }
    if (number.empty()) {
      branches_.push_back({here().session.fork(), here().last, here().turns_before});
    }
    branch_ = *wanted - 1;
  }

  // The pictures belong to this question, also when it cannot be answered.
  void ask(const std::string& line) {
    Branch& branch = here();
    auto question = std::make_shared<Message>(std::exchange(pending_, Message(Role::kUser)));
    question->add(line);
    branch.last = std::move(question);
    branch.turns_before = branch.session.turns().size();
    answer(branch.session);
  }

  // Reads to the end of a request that says nothing else.
  void finish(const Request&) {
    Event event = queue_.next();
    while (!event.terminal()) event = queue_.next();
    event.check();
  }

  void answer(Session& session) {
    const Answer answer = run_turn(session, *here().last, options_, queue_, print_piece);
    print_piece("\n");
    if (timings_) print_timings(answer);
  }

  Branch& here() { return branches_[branch_]; }

  std::vector<Branch> branches_;  // one at least
  std::size_t branch_ = 0;
  GenerateOptions options_;
  bool timings_;
  Queue queue_;
  Message pending_{Role::kUser};
};

bool next_line(const Chat& chat, bool interactive, std::string& line) {
  if (interactive) print_piece(chat.prompt());
  return static_cast<bool>(std::getline(std::cin, line)) && command_name(line) != kQuitCommand;
}

// At a terminal a failed turn is told and the chat goes on; for a script it is the end.
void run_chat(const ChatOptions& options) {
  const Engine engine = open_engine(options.model);
  const bool interactive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  if (interactive) print_piece(std::string("Ask, or give a command: ") + kCommands + ".\n");
  Chat chat(engine, generate_options(options.answer), options.timings);
  if (!options.load.empty()) chat.load(options.load);
  for (std::string line; next_line(chat, interactive, line);) {
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
