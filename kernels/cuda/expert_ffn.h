// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/route_top_k.h"

// The experts of rows: out[route] = weight · W2 (SiLU(W1 n) ⊙ W3 n) with the expert of the
// route. A chosen expert's weights are read once for up to 32 rows (again for the next 32: then
// other experts have few); more than 64 rows are sorted by expert and multiplied in tiles on
// compute capability 9.0. Adding a row's routes is left to rms_norm, which does it in their order.
namespace arges::kernels::cuda {

struct ExpertFfnArgs {
  const void* n = nullptr;  // bf16 [rows, hidden]
  int rows = 0;
  int hidden = 0;  // a multiple of 8
  int ffn = 0;     // a multiple of 16
  int experts = 0;
  int top = 0;
  Routing routing;
  const void* gate_up = nullptr;  // bf16 [experts, ffn, 2, hidden]: W1's row, then W3's
  const void* down = nullptr;     // bf16 [experts, hidden, ffn]
  void* sorted = nullptr;         // bf16 scratch [rows · top, hidden], with more than 64 rows
  void* inner = nullptr;          // bf16 scratch [rows · top, ffn], in the order of the routing
  float* out = nullptr;           // [rows · top, hidden]
  bool early = true;
};

Status expert_ffn(const ExpertFfnArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
