// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arges::testing {

// Queues a kernel that writes where there is no memory: its context is useless from then on.
void launch_fault();

}  // namespace arges::testing
