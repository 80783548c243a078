// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace arges::testing {

// One line of the program's output; a failure makes it exit with 1.
void report(const std::string& name, bool ok, const std::string& figures);

// The parts of the program: what they check is said where they are.
void check_lightning(const std::string& part);
void check_decode_attention();
void check_products();
void check_causal_attention();
void check_linear();
void check_small_linear();
void check_experts();
void check_small_experts();
void check_rotary();
void check_embed();
void check_sample();
void check_tiles();
void check_vit();
void check_small_vit();
void check_memory();

}  // namespace arges::testing
