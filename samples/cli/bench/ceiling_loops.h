// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::cli {

// Loops that do nothing but keep one kind of unit busy. Each returns a number made of all that it
// computed, so that no compiler can leave the work out.

// A loop of independent chains in registers.
struct PeakLoop {
  const char* name = nullptr;
  std::int64_t operations = 0;  // in one iteration; a multiply-add is two
  float (*run)(std::int64_t iterations) = nullptr;

  bool available() const { return run != nullptr; }
};

// fp32 multiply-adds of the instruction set that the kernels use.
PeakLoop multiply_add_loop();
// bf16 products into fp32 sums (AMX, else AVX512_BF16); not available elsewhere.
PeakLoop bf16_dot_loop();
// 8-bit products into 32-bit sums (AMX, else AVX512_VNNI); not available elsewhere.
PeakLoop integer_dot_loop();

// Adds up memory.
float read_floats(const float* data, std::int64_t count);

}  // namespace arges::cli
