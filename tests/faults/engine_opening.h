// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arges/arges.h>

namespace arges::faults {

// Opens the bundled model with four compute threads and closes it again.
arges_status open_and_close_engine();

}  // namespace arges::faults
