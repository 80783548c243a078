// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace arges::testing {

using Bf16 = std::uint16_t;

double to_double(Bf16 bits);
Bf16 to_bf16(double value);  // to nearest even

// The decay of head h of layer l of a model with 80 layers (architecture.md §2.3).
std::vector<float> lightning_slopes(int heads, int layer);

// The recurrence as it is defined, token by token in double precision.
struct LightningReference {
  int heads = 0;
  std::int64_t row_stride = 0;
  std::int64_t gate_column = -1;
  const std::vector<Bf16>* rows = nullptr;
  const std::vector<float>* slopes = nullptr;
  const std::vector<float>* norm = nullptr;
  bool activated = false;

  // Rows [begin, begin + count) continue `state` [heads, 128, 128], which is replaced; z and Σo² of
  // a row go to z[row, heads · 128] and squares[row, heads]. Heads are shared among threads.
  void run(std::int64_t begin, std::int64_t count, std::vector<double>& state,
           std::vector<double>& z, std::vector<double>& squares) const;

 private:
  void run_head(int head, std::int64_t begin, std::int64_t count, double* state,
                std::vector<double>& z, std::vector<double>& squares) const;
};

}  // namespace arges::testing
