// SPDX-License-Identifier: Apache-2.0
// arges bench vit: a ViT-L/14-336 of random weights on one tile.
#include <memory>

#include "samples/cli/bench.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/random_weights.h"
#include "vision/vit/vit.h"

namespace arges::cli {
namespace {

vision::Affine affine(std::int64_t rows, std::int64_t cols, RandomWeights& random) {
  return {random.matrix(rows, cols), random.vector({rows}, 0.0F, 0.02F)};
}

vision::Norm norm(std::int64_t size, RandomWeights& random) {
  return {random.vector({size}, 1.0F, 0.1F), random.vector({size}, 0.0F, 0.1F)};
}

vision::VitLayerWeights layer_weights(const vision::VitConfig& c, RandomWeights& random) {
  const auto square = [&] { return affine(c.hidden_size, c.hidden_size, random); };
  vision::VitLayerWeights layer;
  layer.norm1 = norm(c.hidden_size, random);
  layer.q = square();
  layer.k = square();
  layer.v = square();
  layer.out = square();
  layer.norm2 = norm(c.hidden_size, random);
  layer.fc1 = affine(c.ffn_size, c.hidden_size, random);
  layer.fc2 = affine(c.hidden_size, c.ffn_size, random);
  return layer;
}

vision::VitWeights vit_weights(const vision::VitConfig& c, RandomWeights& random) {
  vision::VitWeights weights;
  weights.patch_embedding = random.matrix(c.hidden_size, c.channels * c.patch * c.patch);
  weights.class_embedding = random.vector({c.hidden_size}, 0.0F, 0.1F);
  weights.positions = random.vector({1 + c.patches(), c.hidden_size}, 0.0F, 0.1F);
  weights.pre_norm = norm(c.hidden_size, random);
  for (std::int64_t i = 0; i < c.num_layers; ++i)
    weights.layers.push_back(layer_weights(c, random));
  return weights;
}

}  // namespace

void bench_vit(const BenchOptions& options) {
  const vision::VitConfig config;  // its defaults are ViT-L/14-336
  BenchMachine machine(options);
  RandomWeights random(machine.context(), DType::kF32);
  const vision::VitWeights weights = vit_weights(config, random);
  const ConstTensorView pixels =
      random.vector({1, config.channels, config.tile_side, config.tile_side}, 0.0F, 2.0F);
  const kernels::ExecContext context = machine.context();
  const auto encode = [&] {
    const Arena::Scope scope(*context.workspace);
    const TensorView out =
        require(context.workspace->allocate({1, 1 + config.patches(), config.hidden_size}));
    require(vision::vit_forward(context, config, weights, pixels, never_stop(), out));
  };
  print_figure("ViT-L/14-336, f32, one tile", time_repeats(options.repeats, encode), "s");
}

void add_bench_vit(Command bench) {
  const auto options = std::make_shared<BenchOptions>();
  Command command = bench.command("vit", "A ViT-L/14-336 of random weights on one tile");
  add_bench_options(command, *options);
  command.action([options] {
    print_machine(*options);
    bench_vit(*options);
  });
}

}  // namespace arges::cli
