// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings_c/include/arges/arges.h"
#include "kernels/base/status.h"
#include "sdk/fusion/vision_language_model.h"
#include "sdk/runtime/engine.h"

namespace arges::bindings {

// What arges_engine_open passes on.
struct EngineSettings {
  sdk::ModelOpenOptions model;
  sdk::EngineOptions engine;
};

// Copies the caller's texts and turns its zeros into the defaults; INVALID_ARGUMENT for what
// arges.h does not allow.
Result<EngineSettings> read_engine_options(const arges_engine_options& options);

}  // namespace arges::bindings
