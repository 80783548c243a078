// SPDX-License-Identifier: Apache-2.0
#include "vision/image_encoder.h"

#include <algorithm>

#include "kernels/ops/copy_rows.h"
#include "vision/projector/pack_features.h"
#include "vision/projector/projector.h"
#include "vision/vit/vit.h"

namespace arges::vision {
namespace {

// Enough rows to fill the matrix kernels, few enough to keep the workspace small.
constexpr std::int64_t kTilesAtOnce = 2;

// The patch tokens of every tile without the class tokens: [tiles · patches, hidden].
Result<TensorView> drop_class_tokens(const kernels::ExecContext& context, ConstTensorView encoded) {
  const std::int64_t tiles = encoded.shape[0];
  const std::int64_t tokens = encoded.shape[1];
  const std::int64_t hidden = encoded.shape[2];
  std::vector<std::int32_t> from;
  std::vector<std::int32_t> to;
  for (std::int64_t row = 0; row < tiles * tokens; ++row) {
    if (row % tokens == 0) continue;
    to.push_back(static_cast<std::int32_t>(from.size()));
    from.push_back(static_cast<std::int32_t>(row));
  }
  ARGES_ASSIGN_OR_RETURN(TensorView patches,
                         context.workspace->allocate({tiles * (tokens - 1), hidden}));
  const ConstTensorView rows{encoded.data, encoded.dtype, Shape{tiles * tokens, hidden},
                             encoded.device};
  ARGES_RETURN_IF_ERROR(kernels::copy_rows(context, {rows, view_i32(from), view_i32(to), patches}));
  return patches;
}

// ViT, projector and packing of consecutive tiles; pixels [tiles, channels, side, side].
Status forward_tiles(const kernels::ExecContext& context, const VitConfig& config,
                     const ImageEncoderWeights& weights, const TilePlan& plan,
                     const StopCheck& stop, std::int64_t first_tile, ConstTensorView pixels,
                     TensorView features) {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t tiles = pixels.shape[0];
  ARGES_ASSIGN_OR_RETURN(
      TensorView encoded,
      context.workspace->allocate({tiles, 1 + config.patches(), config.hidden_size}));
  ARGES_RETURN_IF_ERROR(vit_forward(context, config, weights.vit, pixels, stop, encoded));
  ARGES_ASSIGN_OR_RETURN(TensorView patches, drop_class_tokens(context, encoded));
  ARGES_ASSIGN_OR_RETURN(
      TensorView projected,
      context.workspace->allocate({tiles * config.patches(), config.projection_size}));
  ARGES_RETURN_IF_ERROR(project_features(context, weights.projector, patches, projected));
  return pack_tiles(context, plan, first_tile, tiles, projected, features);
}

}  // namespace

Result<TilePlan> ImageEncoder::plan(int height, int width) const {
  return plan_tiles(height, width, tiles_);
}

Result<std::int64_t> ImageEncoder::encode_tiles(const kernels::ExecContext& context,
                                                const ScaledPicture& picture, const TilePlan& plan,
                                                std::int64_t first, const StopCheck& stop,
                                                TensorView features) const {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t tiles = std::min(kTilesAtOnce, plan.tile_count - first);
  const Shape shape{tiles, config_.channels, config_.tile_side, config_.tile_side};
  ARGES_ASSIGN_OR_RETURN(TensorView pixels, context.workspace->allocate(shape));
  const std::span<float> values(pixels.f32(), static_cast<std::size_t>(shape.count()));
  picture.write_tiles(first, values, context.pool);
  ARGES_RETURN_IF_ERROR(
      forward_tiles(context, config_, weights_, plan, stop, first, pixels, features));
  if (first + tiles == plan.tile_count) {
    ARGES_RETURN_IF_ERROR(pack_newlines(context, plan, weights_.projector.image_newline, features));
  }
  return first + tiles;
}

}  // namespace arges::vision
