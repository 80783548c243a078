// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/model_options.h"

#include <filesystem>
#include <limits>

#include "samples/cli/failure.h"
#include "samples/cli/meter.h"

namespace arges::cli {

std::string default_model() {
  std::error_code ignored;
  const std::filesystem::path tool = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = tool.parent_path().parent_path() / "share/arges/models/pocket";
  if (std::filesystem::is_directory(installed, ignored)) return installed.string();
  return ARGES_DEFAULT_MODEL;
}

void add_model_option(Command& command, ModelOptions& options) {
  options.model = default_model();
  command.text("--model", options.model, "Model folder (default: the bundled pocket model)");
}

void add_threads_option(Command& command, std::int64_t& threads) {
  command.integer("--threads", threads, 0, ThreadPool::kMaxThreads,
                  "Compute threads; 0 = one for each core that the process may use");
}

void add_weights_option(Command& command, std::string& weights) {
  command.choice("--weights", weights, {"auto", "stored", "bf16_dot", "q8", "q4"},
                 "In memory: as the files have them, for bf16 dot products, or of 8 or 4 bits "
                 "(faster, rounded)");
}

void add_model_options(Command& command, ModelOptions& options,
                       const std::vector<std::string>& devices) {
  add_model_option(command, options);
  command.device("--device", options.device, devices, "Where to compute; cuda:N is GPU N");
  add_weights_option(command, options.weights);
  add_threads_option(command, options.threads);
}

void add_answer_options(Command& command, AnswerOptions& options) {
  command.integer("--max-tokens", options.max_tokens, 1, 1'000'000, "Longest answer in tokens");
  command.real("--temperature", options.temperature, 0.0, 10.0,
               "0 = the likeliest token every time");
  command.integer("--seed", options.seed, 0, std::numeric_limits<std::int64_t>::max(),
                  "Repeats an answer of a temperature above 0");
}

Engine open_engine(const ModelOptions& options) {
  Meter meter("loading");
  EngineOptions engine;
  engine.model_path = options.model;
  engine.device = options.device;
  engine.weight_format = options.weights;
  engine.threads = static_cast<std::uint32_t>(options.threads);
  engine.progress = [&meter](std::uint64_t done, std::uint64_t total) {
    meter.show(done, total);
    return true;
  };
  return Engine(engine);
}

GenerateOptions generate_options(const AnswerOptions& options) {
  GenerateOptions generate;
  generate.max_tokens = static_cast<std::uint32_t>(options.max_tokens);
  generate.temperature = static_cast<float>(options.temperature);
  generate.seed = static_cast<std::uint64_t>(options.seed);
  return generate;
}

std::shared_ptr<sdk::VisionLanguageModel> open_weights(const ModelOptions& options) {
  Meter meter("loading");
  sdk::ModelOpenOptions open;
  open.path = options.model;
  open.device = options.device;
  open.weight_format = options.weights;
  open.threads = static_cast<int>(options.threads);
  open.weights_only = true;
  open.progress = [&meter](std::int64_t done, std::int64_t total) {
    meter.show(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
    return true;
  };
  return require(sdk::VisionLanguageModel::open(open));
}

}  // namespace arges::cli
