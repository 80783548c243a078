// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bindings_c/include/arges/arges.h"
#include "sdk/runtime/engine.h"

namespace arges::bindings {

// A handle for an engine that was not loaded from a folder: how the tests put a scripted model
// behind the C ABI. Given back with arges_engine_close.
arges_engine* wrap_engine(std::shared_ptr<sdk::Engine> engine);

}  // namespace arges::bindings
