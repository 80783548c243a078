// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/loaded_model.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "kernels/base/guarded.h"
#include "sdk/model/checkpoint.h"
#include "sdk/model/model_digest.h"
#include "sdk/model/tokenizer_files.h"

namespace arges::sdk {
namespace {

// Before it is known how many bytes there are.
StopCheck preparing(const LoadProgress& progress) {
  return [&progress]() -> Status {
    return !progress || progress(0, 0) ? Status() : loading_cancelled();
  };
}

Status load_text_tools(const ModelFolder& folder, const LoadOptions& options, const StopCheck& stop,
                       LoadedModel& model) {
  if (options.weights_only) return {};
  ARGES_ASSIGN_OR_RETURN(model.tokenizer, read_tokenizer(folder, stop));
  ARGES_RETURN_IF_ERROR(check_vocabulary(*model.tokenizer, model.config.text.vocab_size));
  std::optional<language::TokenId> image_token;
  if (model.config.vision) image_token = model.config.image_token;
  ARGES_ASSIGN_OR_RETURN(model.prompt, language::make_prompt_family(model.config.prompt_family,
                                                                    model.tokenizer, image_token));
  return {};
}

void find_suppressed(const ConstTensorView& embedding, LoadedModel& model) {
  if (model.tokenizer) model.suppressed = find_untrained_tokens(*model.tokenizer, embedding);
  if (!model.config.vision) return;
  const auto place =
      std::lower_bound(model.suppressed.begin(), model.suppressed.end(), model.config.image_token);
  if (place != model.suppressed.end() && *place == model.config.image_token) return;
  model.suppressed.insert(place, model.config.image_token);
}

Result<FormatPolicy> choose_formats(const ModelConfig& config, const LoadOptions& options) {
  if (config.file_formats != FormatPolicy() && !options.shards.whole()) {
    return unsupported(
        "ranks cannot share weights that are quantised in the files; load the checkpoint that they "
        "were made from");
  }
  return formats_beside_files(options.formats, config.file_formats);
}

// Cheap checks first: everything that can be refused is refused before memory is set aside for
// weights.
Status load(const std::string& path, const kernels::ExecContext& context,
            const LoadOptions& options, LoadedModel& model) {
  const StopCheck stop = preparing(options.progress);
  ARGES_ASSIGN_OR_RETURN(const ModelFolder folder, ModelFolder::open(path));
  ARGES_ASSIGN_OR_RETURN(model.config, read_model_config(folder, options.limits));
  ARGES_ASSIGN_OR_RETURN(model.formats, choose_formats(model.config, options));
  ARGES_RETURN_IF_ERROR(check_shard_plan(options.shards, model.config.text));
  ARGES_ASSIGN_OR_RETURN(Checkpoint opened, Checkpoint::open(folder, options.limits, stop));
  auto checkpoint = std::make_unique<Checkpoint>(std::move(opened));
  const WeightNames names =
      detect_weight_names(checkpoint->listing(), model.config.vision.has_value());
  ARGES_ASSIGN_OR_RETURN(model.census, take_census(model.config, names, checkpoint->listing()));
  ARGES_RETURN_IF_ERROR(load_text_tools(folder, options, stop, model));
  ARGES_RETURN_IF_ERROR(checkpoint->bring_in(folder, options.access, stop));
  ARGES_ASSIGN_OR_RETURN(model.digest,
                         digest_of(folder, model.tokenizer.get(), *checkpoint, options.limits));
  ARGES_ASSIGN_OR_RETURN(
      model.weights,
      load_weights(context, model.config, names, model.census.total.bytes, std::move(checkpoint),
                   {options.access, model.formats, options.shards, options.progress,
                    [&model](const ConstTensorView& table) { find_suppressed(table, model); }}));
  return {};
}

}  // namespace

Result<std::unique_ptr<LoadedModel>> load_model(const std::string& folder,
                                                const kernels::ExecContext& context,
                                                const LoadOptions& options) {
  using Loaded = Result<std::unique_ptr<LoadedModel>>;
  return guarded(StatusCode::kModelInvalid, "the model cannot be read", [&]() -> Loaded {
    auto model = std::make_unique<LoadedModel>();
    ARGES_RETURN_IF_ERROR(load(folder, context, options, *model));
    return model;
  });
}

}  // namespace arges::sdk
