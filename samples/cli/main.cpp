// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

#include "arges/arges.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

void declare_commands(Command tool) {
  add_ask(tool);
  add_chat(tool);
  add_inspect(tool);
  add_quantize(tool);
  add_eval(tool);
  add_bench(tool);
  add_debug(tool);
}

std::string version_line() {
  const std::uint32_t abi = arges_abi_version();
  return std::string("arges ") + arges_version_string() + ", ABI " + std::to_string(abi >> 16) +
         "." + std::to_string(abi & 0xFFFF);
}

// Messages come from many places; what is printed is one line whatever they hold.
void print_error(std::string message) {
  for (char& c : message) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  std::fprintf(stderr, "arges: %s\n", message.c_str());
}

void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Failure("standard output cannot be written; is the disk full?");
  }
}

int run(int argc, char** argv) {
  try {
    parse_command_line(argc, argv, version_line(), declare_commands)();
    flush_output();
    return 0;
  } catch (const UsageError& error) {
    print_error(std::string(error.what()) + "; see arges --help or arges COMMAND --help");
    return kUsage;
  } catch (const std::exception& error) {
    print_error(sentence_of(error));
    return kFailed;
  }
}

}  // namespace
}  // namespace arges::cli

int main(int argc, char** argv) {
  return arges::cli::run(argc, argv);
}
