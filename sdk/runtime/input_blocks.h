// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sdk/runtime/model.h"

namespace arges::sdk {

// Where the model works on an input block by block: from its first token and from each cut on, one
// block behind the other. The bits of an answer depend on these borders, so steps end at them and
// nowhere else: then it does not matter how much of a prompt a step takes.

// The end of the blocks, from the border `begin` on, that a step of `budget` tokens has room for;
// at least one block. Precondition: begin is a border before the input's end.
std::int64_t chunk_end(const ModelInput& input, std::int64_t begin, std::int64_t budget,
                       std::int64_t block);

// The last border: the input's end, or the beginning of a block that is not full.
std::int64_t last_border(const ModelInput& input, std::int64_t block);

}  // namespace arges::sdk
