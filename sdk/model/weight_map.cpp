// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weight_map.h"

namespace arges::sdk {

std::string_view model_part_name(ModelPart part) {
  constexpr std::string_view kNames[kModelParts] = {
      "embedding", "attention", "experts", "router", "norms", "vision", "projector", "lm_head"};
  return kNames[static_cast<std::size_t>(part)];
}

Status visit_weights(const ModelConfig& config, const WeightNames& names,
                     language::DecoderWeights& decoder, vision::ImageEncoderWeights& encoder,
                     WeightVisitor& visitor) {
  ARGES_RETURN_IF_ERROR(visit_decoder_weights(config.text, names, decoder, visitor));
  if (!config.vision) return {};
  return visit_image_encoder_weights(*config.vision, names, encoder, visitor);
}

}  // namespace arges::sdk
