// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

template <typename T>
CLI::Option* add(CLI::App& app, const std::string& name, T& target, const std::string& help) {
  CLI::Option* option = app.add_option(name, target, help);
  if (!name.starts_with("-")) option->required()->option_text(" ");
  return option;
}

// The library would only say that a command is missing.
void refuse_unknown_command(CLI::App& tool, const std::string& word) {
  if (word.empty() || word.front() == '-') return;
  const auto is_word = [&](const CLI::App* command) { return command->get_name() == word; };
  if (tool.get_subcommands(is_word).empty()) {
    throw UsageError("there is no command \"" + word + "\"");
  }
}

}  // namespace

Command Command::command(const std::string& name, const std::string& help) {
  app_->require_subcommand(1);
  return Command(*app_->add_subcommand(name, help), *chosen_);
}

void Command::text(const std::string& name, std::string& target, const std::string& help) {
  add(*app_, name, target, help);
}

void Command::required_text(const std::string& name, std::string& target, const std::string& help) {
  add(*app_, name, target, help)->required();
}

void Command::texts(const std::string& name, std::vector<std::string>& target,
                    const std::string& help) {
  add(*app_, name, target, help);
}

void Command::choice(const std::string& name, std::string& target,
                     const std::vector<std::string>& choices, const std::string& help) {
  add(*app_, name, target, help)->check(CLI::IsMember(choices))->capture_default_str();
}

void Command::device(const std::string& name, std::string& target,
                     const std::vector<std::string>& choices, const std::string& help) {
  const CLI::IsMember known(choices);
  const auto check = [known](const std::string& text) {
    const std::size_t digits = text.find_last_not_of("0123456789") + 1;
    const bool numbered = digits < text.size() && text.compare(0, digits, "cuda:") == 0;
    return known(numbered ? "cuda" : text);
  };
  add(*app_, name, target, help)
      ->check(CLI::Validator(check, known.get_description()))
      ->capture_default_str();
}

void Command::integer(const std::string& name, std::int64_t& target, std::int64_t least,
                      std::int64_t most, const std::string& help) {
  add(*app_, name, target, help)->check(CLI::Range(least, most))->capture_default_str();
}

void Command::real(const std::string& name, double& target, double least, double most,
                   const std::string& help) {
  const auto is_number = [](const std::string& text) {
    return std::isnan(std::strtod(text.c_str(), nullptr)) ? text + " is not a number" : "";
  };
  add(*app_, name, target, help)
      ->check(CLI::Range(least, most))
      ->check(is_number)  // which no range refuses
      ->capture_default_str();
}

void Command::flag(const std::string& name, bool& target, const std::string& help) {
  app_->add_flag(name, target, help);
}

void Command::action(Action action) {
  app_->require_subcommand(0, 1);
  app_->callback([app = app_, chosen = chosen_, action = std::move(action)] {
    if (app->get_subcommands().empty()) *chosen = action;
  });
}

Action parse_command_line(int argc, char** argv, const std::string& version,
                          const std::function<void(Command)>& declare) {
  CLI::App tool("Asks pictures questions, and looks inside the models that answer.", "arges");
  tool.set_version_flag("--version", version, "Prints the versions of the library and its ABI");
  Action chosen;
  declare(Command(tool, chosen));
  refuse_unknown_command(tool, argc > 1 ? argv[1] : "");
  try {
    tool.parse(argc, argv);
    return chosen;
  } catch (const CLI::ParseError& error) {
    // A request for help or the version is a success and goes to standard output.
    if (error.get_exit_code() != 0) throw UsageError(error.what());
    tool.exit(error);
    return [] {};
  }
}

}  // namespace arges::cli
