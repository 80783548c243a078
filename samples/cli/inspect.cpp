// SPDX-License-Identifier: Apache-2.0
// arges inspect: what a model folder holds and needs, without reading its weights.
#include "sdk/model/inspect.h"

#include <cstdio>
#include <memory>

#include "samples/cli/commands.h"
#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

struct InspectOptions {
  std::string folder;
  bool json = false;
};

void run_inspect(const InspectOptions& options) {
  const sdk::ModelReport report = require(sdk::inspect_model(options.folder));
  std::string text = options.json ? sdk::report_json(report) : sdk::report_text(report);
  if (!text.ends_with('\n')) text += '\n';
  std::fputs(text.c_str(), stdout);
}

}  // namespace

void add_inspect(Command tool) {
  const auto options = std::make_shared<InspectOptions>();
  Command command = tool.command(
      "inspect", "Tells what a model folder holds; config.json and the shard index are enough");
  command.text("DIR", options->folder, "Model folder");
  command.flag("--json", options->json, "One JSON object");
  command.action([options] { run_inspect(*options); });
}

}  // namespace arges::cli
