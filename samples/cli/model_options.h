// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arges/arges.hpp"
#include "samples/cli/command_line.h"
#include "sdk/fusion/vision_language_model.h"

namespace arges::cli {

// Which model, and on what; the options that most commands share.
struct ModelOptions {
  std::string model;
  std::string device = "auto";
  std::string weights = "auto";  // in memory, an engine's weight_format
  std::int64_t threads = 0;      // 0 = one for each core that the process may use
};

// How answers are generated.
struct AnswerOptions {
  std::int64_t max_tokens = 256;
  double temperature = 0.0;
  std::int64_t seed = 0;
};

// The bundled model: share/arges/models/pocket beside an installed tool, else the source tree's.
std::string default_model();

// --model, which starts as default_model().
void add_model_option(Command& command, ModelOptions& options);
// --model, --device with one of `devices`, --weights, --threads.
void add_model_options(Command& command, ModelOptions& options,
                       const std::vector<std::string>& devices);
// --weights alone, for commands that take their model otherwise.
void add_weights_option(Command& command, std::string& weights);
// --threads alone, for commands that bring their own model.
void add_threads_option(Command& command, std::int64_t& threads);
// --max-tokens, --temperature, --seed.
void add_answer_options(Command& command, AnswerOptions& options);

// Devices of the C ABI, and those that exist for looking inside.
inline const std::vector<std::string> kAbiDevices = {"auto", "cpu", "cuda", "cuda-fp32"};
inline const std::vector<std::string> kDebugDevices = {"auto", "cpu", "cuda", "cuda-fp32",
                                                       "reference"};

// Through the C ABI, with progress on a terminal.
Engine open_engine(const ModelOptions& options);
GenerateOptions generate_options(const AnswerOptions& options);

// Past the C ABI, without tokenizer: for debug commands.
std::shared_ptr<sdk::VisionLanguageModel> open_weights(const ModelOptions& options);

}  // namespace arges::cli
