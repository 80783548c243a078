// SPDX-License-Identifier: Apache-2.0
// arges bench vision: image encoders, projector included, and what comes before them.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "samples/cli/bench/bench.h"
#include "samples/cli/bench/encoder_shape.h"
#include "samples/cli/bench/op_times.h"
#include "samples/cli/bench/random_weights.h"
#include "samples/cli/bench/test_picture.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/files.h"
#include "samples/cli/model_options.h"
#include "samples/cli/stopwatch.h"
#include "vision/decode/decode.h"
#include "vision/image_encoder.h"
#include "vision/tiles/pixel_values.h"

namespace arges::cli {
namespace {

constexpr std::int64_t kMostTiles = 1024;

struct VisionOptions {
  BenchOptions bench;
  std::string shape = "vit-l-14-336";
  std::string weights = "f32";
  std::string tiles = "1";
  std::string picture;
  bool profile = false;
};

// The encoder that is measured: of a known shape with random weights, or the bundled model's.
class BenchEncoder {
 public:
  BenchEncoder(kernels::ExecContext context, const std::string& shape, const std::string& weights)
      : weights_(weights) {
    if (shape == "vit-l-14-336") {
      const vision::VitConfig config;  // its defaults are that shape
      random_.emplace(context, weights);
      encoder_ =
          &own_.emplace(config, vision::TileConfig(), random_encoder_weights(config, *random_));
      return;
    }
    ModelOptions options;
    options.model = default_model();
    options.device = "cpu";
    options.weights = weights == "bf16_dot" ? weights : "stored";
    options.threads = context.pool->size();
    loaded_ = open_weights(options);
    encoder_ = loaded_->image_encoder();
    weights_ = loaded_->facts().weight_format;
  }

  const vision::ImageEncoder& encoder() const { return *encoder_; }
  const std::string& weights() const { return weights_; }

 private:
  std::optional<RandomWeights> random_;
  std::optional<vision::ImageEncoder> own_;
  std::shared_ptr<sdk::VisionLanguageModel> loaded_;
  const vision::ImageEncoder* encoder_ = nullptr;
  std::string weights_;
};

// ViT and projector of `count` tiles, in the groups that a picture's tiles go in.
void encode(Bench& bench, const std::string& shape, const BenchEncoder& model, std::int64_t count,
            bool profile) {
  const vision::ImageEncoder& encoder = model.encoder();
  const vision::VitConfig& config = encoder.config();
  kernels::ExecContext context = bench.context();
  if (profile) context.backend = &timing_backend(*context.backend);
  clear_op_times();
  const std::int64_t group = std::min(count, kernels::cpu_backend().tiles_at_once);
  RandomWeights random(context, DType::kF32);
  const ConstTensorView pixels =
      random.vector({group, config.channels, config.tile_side, config.tile_side}, 0.0F, 2.0F);
  Speed speed;
  speed.seconds = bench.time([&] {
    for (std::int64_t done = 0; done < count; done += group) {
      const Arena::Scope scope(*context.workspace);
      ConstTensorView part = pixels;
      part.shape = {std::min(group, count - done), config.channels, config.tile_side,
                    config.tile_side};
      const TensorView projected = require(
          context.workspace->allocate({part.shape[0] * config.patches(), config.projection_size}));
      require(encoder.project_tiles(context, part, never_stop(), projected));
    }
  });
  speed.amount = static_cast<double>(count);
  speed.per_unit = true;
  speed.unit = "s/tile";
  speed.work = speed.amount * tile_operations(config);
  speed.ceiling = &bench.product_ceiling(model.weights());
  const Measurement row{"encode", shape, model.weights(), count, 0, 1};
  bench.report().add(row, std::move(speed));
  if (!profile) return;
  const auto runs = static_cast<double>(1 + bench.options().repeats);  // the unmeasured one, too
  report_op_times(bench.report(), row, runs, bench.product_ceiling(model.weights()));
}

// A picture's file to the pixel values of all its tiles, in the groups that they are encoded in.
void cut_picture(Bench& bench, const std::string& path) {
  const std::string file = read_file(path, kPictureFile);
  const vision::TileConfig config;
  ThreadPool* const pool = bench.context().pool;
  vision::TilePlan plan;
  std::vector<float> pixels;
  std::vector<double> decoding;
  Speed speed;
  speed.seconds = bench.time([&] {
    const Stopwatch watch;
    const vision::Image image = require(vision::decode_image(std::as_bytes(std::span(file)), {}));
    decoding.push_back(watch.seconds());
    plan = require(vision::plan_tiles(image.height, image.width, config));
    const auto picture = require(vision::ScaledPicture::create(image, plan, config, pool));
    const auto tile =
        static_cast<std::size_t>(vision::pixel_value_count(plan, config) / plan.tile_count);
    const std::int64_t group = kernels::cpu_backend().tiles_at_once;
    pixels.resize(static_cast<std::size_t>(group) * tile);
    for (std::int64_t first = 0; first < plan.tile_count; first += group) {
      const auto count = static_cast<std::size_t>(std::min(group, plan.tile_count - first));
      picture.write_tiles(first, std::span(pixels).first(count * tile), pool);
    }
  });
  std::sort(decoding.begin(), decoding.end());
  speed.amount = 1;
  speed.per_unit = true;
  speed.unit = "s";
  char note[64];
  std::snprintf(note, sizeof note, "%d x %d pixels, decoding alone %.3f s", plan.original_width,
                plan.original_height, decoding[decoding.size() / 2]);
  speed.note = note;
  bench.report().add({"tiles of a picture", "vit-l-14-336", "", plan.tile_count, 0, 1},
                     std::move(speed));
}

}  // namespace

void bench_vision_tile(Bench& bench) {
  const std::string shape = "vit-l-14-336";
  encode(bench, shape, BenchEncoder(bench.context(), shape, "f32"), 1, false);
}

void add_bench_vision(Command parent) {
  const auto options = std::make_shared<VisionOptions>();
  Command command = parent.command("vision", "An image encoder with its projector");
  add_bench_options(command, options->bench);
  command.choice("--shape", options->shape, {"vit-l-14-336", "pocket"},
                 "Random weights, or the bundled model's");
  command.choice("--weights", options->weights, {"f32", "bf16", "bf16_dot"},
                 "Of random weights; the bundled model's are as stored, or bf16_dot");
  command.text("--tiles", options->tiles, "Tiles of a picture, e.g. 1,5,13,37");
  command.text("--picture", options->picture, "File that is cut into MiniMax-VL-01's tiles, too");
  command.flag("--profile", options->profile, "Where the time goes, op by op");
  command.action([options] {
    const auto counts = numbers_of("--tiles", options->tiles, 1, kMostTiles);
    Bench bench(options->bench);
    if (!options->picture.empty()) cut_picture(bench, options->picture);
    const BenchEncoder model(bench.context(), options->shape, options->weights);
    for (const std::int64_t count : counts) {
      encode(bench, options->shape, model, count, options->profile);
    }
  });
}

}  // namespace arges::cli
