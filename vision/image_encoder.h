// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "kernels/base/tensor_view.h"
#include "vision/decode/image.h"
#include "vision/tiles/anyres_plan.h"
#include "vision/tiles/pixel_values.h"
#include "vision/vit/config.h"
#include "vision/vit/weights.h"

namespace arges::vision {

// Picture to features: tiles → ViT → projector → packed rows with image_newline
// (architecture.md §4). Immutable, safe to use from several threads with a context each; the
// weights must outlive it.
class ImageEncoder {
 public:
  // Precondition: check_vit_config(config).ok(), tiles agree with it, weights of those shapes.
  ImageEncoder(VitConfig config, TileConfig tiles, ImageEncoderWeights weights)
      : config_(config), tiles_(std::move(tiles)), weights_(std::move(weights)) {}

  const VitConfig& config() const { return config_; }
  const TileConfig& tiles() const { return tiles_; }

  // Tiles, tokens and geometry of a picture, without touching its pixels.
  Result<TilePlan> plan(int height, int width) const;

  // ViT and projector of some tiles, the class tokens left out: pixels [tiles, channels, side,
  // side] f32, normalised, to projected [tiles · patches, projection_size] f32. `stop` is asked
  // before every layer.
  Status project_tiles(const kernels::ExecContext& context, ConstTensorView pixels,
                       const StopCheck& stop, TensorView projected) const;

  // Encodes the next tiles of a scaled picture, from `first` on, into their rows of features
  // [plan.token_count, projection_size] f32, in the order the language model reads them. Returns
  // the first tile behind them; with the last tiles all rows are there. Takes the
  // backend's tiles_at_once at most, whose activations are the workspace it needs; `stop` is asked
  // before each of their layers.
  Result<std::int64_t> encode_tiles(const kernels::ExecContext& context,
                                    const ScaledPicture& picture, const TilePlan& plan,
                                    std::int64_t first, const StopCheck& stop,
                                    TensorView features) const;

 private:
  VitConfig config_;
  TileConfig tiles_;
  ImageEncoderWeights weights_;
};

}  // namespace arges::vision
