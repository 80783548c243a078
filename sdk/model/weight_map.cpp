// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_map.h"

#include <vector>

#include "kernels/base/panel_groups.h"

namespace arges::sdk {

std::string_view model_part_name(ModelPart part) {
  constexpr std::string_view kNames[kModelParts] = {
      "embedding", "attention", "experts", "router", "norms", "vision", "projector", "lm_head"};
  return kNames[static_cast<std::size_t>(part)];
}

std::int64_t ExpectedWeight::rows() const {
  std::vector<kernels::MatrixSource> sources;
  for (const WeightPiece& piece : pieces) sources.push_back(piece.source(nullptr, DType::kF32));
  return kernels::laid_out_rows(sources);
}

ExpectedTensor ExpectedWeight::in_panels(const GroupFormat& groups) const {
  return {name, PanelGroups{groups}.shape(rows(), cols()), part};
}

Status visit_weights(const ModelConfig& config, const WeightNames& names,
                     language::DecoderWeights& decoder, vision::ImageEncoderWeights& encoder,
                     WeightVisitor& visitor) {
  ARGES_RETURN_IF_ERROR(visit_decoder_weights(config.text, names, decoder, visitor));
  if (!config.vision) return {};
  return visit_image_encoder_weights(*config.vision, names, encoder, visitor);
}

}  // namespace arges::sdk
