// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "samples/cli/command_line.h"

// The index of the tool: one function and one file a command.
namespace arges::cli {

void add_ask(Command tool);
void add_chat(Command tool);
void add_inspect(Command tool);
void add_quantize(Command tool);
void add_eval(Command tool);

void add_bench(Command tool);
void add_bench_ask(Command bench);
void add_bench_lm(Command bench);
void add_bench_ops(Command bench);
void add_bench_sessions(Command bench);
void add_bench_vision(Command bench);

void add_debug(Command tool);
void add_debug_features(Command debug);
void add_debug_image(Command debug);
void add_debug_logits(Command debug);
void add_debug_tokens(Command debug);

}  // namespace arges::cli
