// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arges::kernels::cpu {

// What this processor has and the system lets this process use, for code that Highway does not
// choose. Safe from any thread; false on processors of other makes.
bool has_avx2();
bool has_avx512_vnni();
bool has_avx512_bf16();

// Each asks the system for the tile registers, which this process then has.
bool has_amx_bf16();
bool has_amx_int8();

}  // namespace arges::kernels::cpu
