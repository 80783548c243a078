// SPDX-License-Identifier: Apache-2.0
// arges debug: intermediate values as .npy files and JSON, for comparing with other programs.
#include "samples/cli/commands.h"

namespace arges::cli {

void add_debug(Command tool) {
  Command command = tool.command("debug", "Writes what happens inside a model to files");
  add_debug_logits(command);
  add_debug_tokens(command);
  add_debug_image(command);
  add_debug_features(command);
}

}  // namespace arges::cli
