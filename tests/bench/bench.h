// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "kernels/op_table.h"

namespace arges::kernels::bench {

// A context for the vectorised backend with ARGES_BENCH_THREADS threads (default: all cores).
const ExecContext& context();

// Deterministic values in [−1, 1) times scale, cheap to make.
std::vector<float> noise(std::int64_t count, float scale = 1.0f);

// A packed random weight of the size that keeps activations near 1.
Matrix random_weight(std::int64_t outputs, std::int64_t inputs, DType dtype);

// Stops the benchmark when an op fails.
inline void run(benchmark::State& state, const Status& status) {
  if (!status.ok()) state.SkipWithError(status.message().c_str());
}

// Multiply-adds a second that independent chains in registers reach: the ceiling of a product.
void fma_chains(std::int64_t iterations);
// Multiply-adds in one iteration of fma_chains, on the instruction set in use.
std::int64_t fma_chain_operations();
// Adds up memory; the sum only keeps the compiler from removing it.
float read_floats(const float* data, std::int64_t count);

}  // namespace arges::kernels::bench
