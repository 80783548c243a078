// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "kernels/base/status.h"
#include "sdk/model/model_config.h"
#include "sdk/model/tensor_listing.h"
#include "sdk/model/weight_map.h"
#include "sdk/model/weight_names.h"

namespace arges::sdk {

struct WeightTally {
  std::int64_t tensors = 0;
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;  // as stored
};

// What a model's weights amount to. Tensors that nothing reads count in `unused` alone.
struct WeightCensus {
  WeightTally total;
  std::array<WeightTally, kModelParts> parts;  // by ModelPart
  std::int64_t unused = 0;
};

// Compares a checkpoint with what the config demands, before any weight is read. MODEL_INVALID,
// naming the tensor, what was expected and what was found, for the first tensor that is missing,
// has another shape or a type that is not F32, BF16 or F16; then for one that no model of this
// config has. Where the listing has names only, shapes come from the config and types from
// declared_dtype, with F32 routers beside BF16 (architecture.md §3).
Result<WeightCensus> take_census(const ModelConfig& config, const WeightNames& names,
                                 const TensorListing& listing);

}  // namespace arges::sdk
