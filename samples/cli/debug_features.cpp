// SPDX-License-Identifier: Apache-2.0
// arges debug features: a picture as the language model reads it; needs no tokenizer.
#include <memory>
#include <vector>

#include "kernels/backend.h"
#include "samples/cli/commands.h"
#include "samples/cli/debug_picture.h"
#include "samples/cli/failure.h"
#include "samples/cli/npy_writer.h"

namespace arges::cli {
namespace {

void run_features(const PictureOptions& options) {
  const vision::Image image = decode_picture(options.picture);
  const auto model = open_weights(options.model);
  const sdk::ImageFeatures features = require(model->encode_image(image, [] { return Status(); }));
  const std::int64_t width = model->decoder().config().hidden_size;
  NpyWriter out(options.out, {features.tokens, width});
  std::vector<float> values(static_cast<std::size_t>(features.tokens * width));
  require(model->context().backend->device->download(values.data(), features.data.data(),
                                                     features.data.size()));
  out.append(values);
  out.close();
}

}  // namespace

void add_debug_features(Command debug) {
  const auto options = std::make_shared<PictureOptions>();
  Command command =
      debug.command("features", "A picture's packed features, float32 [tokens, hidden size]");
  add_model_options(command, options->model, kDebugDevices);
  add_picture_options(command, *options);
  command.action([options] { run_features(*options); });
}

}  // namespace arges::cli
