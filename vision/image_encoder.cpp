// SPDX-License-Identifier: Apache-2.0
#include "vision/image_encoder.h"

#include <algorithm>

#include "kernels/backend.h"
#include "kernels/base/memory.h"
#include "vision/projector/pack_features.h"
#include "vision/projector/projector.h"
#include "vision/vit/vit.h"

namespace arges::vision {
namespace {

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
  const ConstTensorView rows = encoded.reshaped({tiles * tokens, hidden});
  ARGES_RETURN_IF_ERROR(copy_listed_rows(context, rows, from, to, patches));
  return patches;
}

// The pixels of some tiles where the ops read them: tiles are cut on the host.
Result<TensorView> pixels_of_tiles(const kernels::ExecContext& context,
                                   const ScaledPicture& picture, std::int64_t first, Shape shape) {
  Device& device = *context.backend->device;
  ARGES_ASSIGN_OR_RETURN(const TensorView pixels, context.workspace->allocate(shape));
  const auto count = static_cast<std::size_t>(shape.count());
  if (device.is_host()) {
    picture.write_tiles(first, {pixels.f32(), count}, context.pool);
    return pixels;
  }
  ARGES_ASSIGN_OR_RETURN(const Memory cut, Memory::allocate(pixels.bytes()));
  picture.write_tiles(first, {cut.f32(), count}, context.pool);
  ARGES_RETURN_IF_ERROR(device.upload(pixels.data, cut.data(), pixels.bytes()));
  return pixels;
}

}  // namespace

Result<TilePlan> ImageEncoder::plan(int height, int width) const {
  return plan_tiles(height, width, tiles_);
}

Status ImageEncoder::project_tiles(const kernels::ExecContext& context, ConstTensorView pixels,
                                   const StopCheck& stop, TensorView projected) const {
  const Arena::Scope scope(*context.workspace);
  ARGES_ASSIGN_OR_RETURN(
      TensorView encoded,
      context.workspace->allocate({pixels.shape[0], 1 + config_.patches(), config_.hidden_size}));
  ARGES_RETURN_IF_ERROR(vit_forward(context, config_, weights_.vit, pixels, stop, encoded));
  ARGES_ASSIGN_OR_RETURN(TensorView patches, drop_class_tokens(context, encoded));
  return project_features(context, weights_.projector, patches, projected);
}

Result<std::int64_t> ImageEncoder::encode_tiles(const kernels::ExecContext& context,
                                                const ScaledPicture& picture, const TilePlan& plan,
                                                std::int64_t first, const StopCheck& stop,
                                                TensorView features) const {
  const Arena::Scope scope(*context.workspace);
  const std::int64_t tiles = std::min(context.backend->tiles_at_once, plan.tile_count - first);
  const Shape shape{tiles, config_.channels, config_.tile_side, config_.tile_side};
  ARGES_ASSIGN_OR_RETURN(const TensorView pixels, pixels_of_tiles(context, picture, first, shape));
  ARGES_ASSIGN_OR_RETURN(
      TensorView projected,
      context.workspace->allocate({tiles * config_.patches(), config_.projection_size}));
  ARGES_RETURN_IF_ERROR(project_tiles(context, pixels, stop, projected));
  ARGES_RETURN_IF_ERROR(pack_tiles(context, plan, first, tiles, projected, features));
  if (first + tiles == plan.tile_count) {
    ARGES_RETURN_IF_ERROR(pack_newlines(context, plan, weights_.projector.image_newline, features));
  }
  return first + tiles;
}

}  // namespace arges::vision
