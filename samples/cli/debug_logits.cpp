// SPDX-License-Identifier: Apache-2.0
// arges debug logits: the decoder on a list of token ids; needs no tokenizer.
#include <algorithm>
#include <memory>
#include <vector>

#include "kernels/backend.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/files.h"
#include "samples/cli/model_options.h"
#include "samples/cli/npy_writer.h"

namespace arges::cli {
namespace {

using Ids = std::span<const language::TokenId>;

constexpr std::int64_t kMaxChunk = 1'000'000'000;

struct LogitsOptions {
  ModelOptions model;
  std::string ids_file;
  std::string out;
  std::int64_t chunk = 0;  // tokens a step; 0 = all in one
};

// Brings ids to the sequence in one step and writes the logits of each of them.
void run_chunk(sdk::VisionLanguageModel& model, language::Sequence& sequence, Ids ids,
               NpyWriter& out) {
  const kernels::ExecContext context = model.context();
  const Arena::Scope scope(*context.workspace);
  language::StepPlan plan;
  require(plan.add({.sequence = &sequence,
                    .ids = ids,
                    .cuts = {},
                    .pictures = {},
                    .logits = language::LogitRows::kAll}));
  const TensorView logits =
      require(context.workspace->allocate({plan.logit_rows(), model.vocab_size()}));
  require(model.decoder().step(context, plan, logits));
  std::vector<float> values(static_cast<std::size_t>(logits.shape.count()));
  require(context.backend->device->download(values.data(), logits.data, logits.bytes()));
  out.append(values);
}

void check_ids(Ids ids, const sdk::VisionLanguageModel& model, const std::string& where) {
  if (ids.empty()) throw Failure(where + " holds no token ids");
  if (static_cast<std::int64_t>(ids.size()) > model.max_context()) {
    throw Failure(where + " holds " + std::to_string(ids.size()) +
                  " ids; the model's context ends at " + std::to_string(model.max_context()));
  }
  const language::TokenId largest = *std::max_element(ids.begin(), ids.end());
  if (largest >= model.vocab_size()) {
    throw Failure(where + " holds id " + std::to_string(largest) + "; the model's ids end at " +
                  std::to_string(model.vocab_size() - 1));
  }
}

std::vector<language::TokenId> read_ids(const LogitsOptions& options,
                                        const sdk::VisionLanguageModel& model) {
  auto ids = parse_ids(read_file(options.ids_file, kIdsFile), options.ids_file);
  check_ids(ids, model, options.ids_file);
  return ids;
}

void run_logits(const LogitsOptions& options) {
  const auto model = open_weights(options.model);
  const std::vector<language::TokenId> ids = read_ids(options, *model);
  const std::size_t chunk =
      options.chunk == 0 ? ids.size() : static_cast<std::size_t>(options.chunk);
  language::Sequence sequence = model->decoder().new_sequence();
  NpyWriter out(options.out, {static_cast<std::int64_t>(ids.size()), model->vocab_size()});
  for (Ids rest = ids; !rest.empty();) {
    const Ids part = rest.first(std::min(chunk, rest.size()));
    run_chunk(*model, sequence, part, out);
    rest = rest.subspan(part.size());
  }
  out.close();
}

}  // namespace

void add_debug_logits(Command debug) {
  const auto options = std::make_shared<LogitsOptions>();
  Command command =
      debug.command("logits", "Logits of every position, float32 [tokens, vocabulary]");
  add_model_options(command, options->model, kDebugDevices);
  command.required_text("--ids-file", options->ids_file, "Token ids separated by whitespace");
  command.required_text("--out", options->out, ".npy file to write");
  command.integer("--chunk", options->chunk, 0, kMaxChunk, "Tokens in one step; 0 = all");
  command.action([options] { run_logits(*options); });
}

}  // namespace arges::cli
