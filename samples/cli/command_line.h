// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace arges::cli {

// What the command line chose to do; throws (Failure, arges::Error) when it fails.
using Action = std::function<void()>;

// A command while it is being declared: its options, the commands below it, what it does. Targets
// must live until the action has run; what they hold before parsing is the default. Only
// command_line.cpp includes CLI11, whose headers cost ten seconds in each file that does.
class Command {
 public:
  Command(CLI::App& app, Action& chosen) : app_(&app), chosen_(&chosen) {}

  // A command below this one. One of them must be named, unless this one has an action of its own.
  Command command(const std::string& name, const std::string& help);

  // `name` is "--word" for an option, "WORD" for the next positional argument, which is required.
  void text(const std::string& name, std::string& target, const std::string& help);
  void required_text(const std::string& name, std::string& target, const std::string& help);
  // All remaining positional arguments, at least one.
  void texts(const std::string& name, std::vector<std::string>& target, const std::string& help);
  void choice(const std::string& name, std::string& target, const std::vector<std::string>& choices,
              const std::string& help);
  // A choice where ":" and a number may follow "cuda".
  void device(const std::string& name, std::string& target, const std::vector<std::string>& choices,
              const std::string& help);
  void integer(const std::string& name, std::int64_t& target, std::int64_t least, std::int64_t most,
               const std::string& help);
  void real(const std::string& name, double& target, double least, double most,
            const std::string& help);
  void flag(const std::string& name, bool& target, const std::string& help);

  // What to do when this command is the last one named.
  void action(Action action);

 private:
  CLI::App* app_;
  Action* chosen_;
};

// Declares the tool's commands with `declare`, then parses. Returns what was chosen, or, after help
// or `version` has been printed, nothing to do. Throws UsageError.
Action parse_command_line(int argc, char** argv, const std::string& version,
                          const std::function<void(Command)>& declare);

}  // namespace arges::cli
