// SPDX-License-Identifier: Apache-2.0
// arges quantize: a model folder with weights of 8 or 4 bits, made of one with more.
#include "sdk/quantise/quantise.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/meter.h"
#include "samples/cli/model_options.h"
#include "sdk/model/inspect.h"

namespace arges::cli {
namespace {

struct QuantizeOptions {
  std::string source;
  std::string target;
  std::string format = "q8";
  std::int64_t threads = 0;
};

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal's handler may use it");

extern "C" void note_interrupt(int) {
  interrupted = true;
}

// From here on the first Ctrl-C ends the work where it can be taken up again, the second at once.
void hear_interrupts() {
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void run_quantize(const QuantizeOptions& options) {
  hear_interrupts();
  sdk::QuantiseOptions quantise;
  quantise.formats = *sdk::find_format_policy(options.format);
  quantise.threads = static_cast<int>(options.threads);
  {
    Meter meter("quantising");
    quantise.progress = [&meter](std::int64_t done, std::int64_t total) {
      meter.show(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
      return !interrupted;
    };
    require(sdk::quantise_model(options.source, options.target, quantise));
  }
  std::fputs(sdk::report_text(require(sdk::inspect_model(options.target))).c_str(), stdout);
}

}  // namespace

void add_quantize(Command tool) {
  const auto options = std::make_shared<QuantizeOptions>();
  Command command = tool.command(
      "quantize",
      "Writes a model folder with weights of 8 or 4 bits; goes on after an interruption");
  command.text("SRC", options->source, "Model folder, which is only read");
  command.text("DST", options->target, "Folder to make");
  command.choice("--format", options->format, {"q8", "q4"},
                 "Bits of the language model's weights; of q4's all but the experts' have 8");
  add_threads_option(command, options->threads);
  command.action([options] { run_quantize(*options); });
}

}  // namespace arges::cli
