// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "bindings_c/include/arges/arges.h"
#include "sdk/runtime/event.h"

namespace arges::bindings {

// The event as the C ABI writes it. Its text points into `event`, which must outlive the struct;
// `storage` stands for the event, or is 0 when somebody else keeps it.
arges_event describe_event(const sdk::Event& event, std::uint64_t storage);

}  // namespace arges::bindings
