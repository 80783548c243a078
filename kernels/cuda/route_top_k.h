// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/linear.h"

// The way of rows to experts, all on the device: the norm before the experts, the router in fp32,
// the k best experts of a row (ties to the lower index, a NaN below every number) with the softmax
// over their logits, and the rows sorted by expert.
namespace arges::kernels::cuda {

inline constexpr int kMaxExperts = 128;
inline constexpr int kMaxTop = 8;
inline constexpr int kMaxRoutes = 512;  // rows · top, up to 64 rows

// A route is row · top + j: the j-th best expert of a row.
struct Routing {
  std::int32_t* ids = nullptr;      // [routes]
  float* weights = nullptr;         // [routes]
  std::int32_t* order = nullptr;    // [routes]: routes sorted by expert, then ascending
  std::int32_t* offsets = nullptr;  // [experts + 1]: where an expert's begin in `order`
  std::int32_t* active = nullptr;   // [experts + 1]: how many have routes, then which, ascending
};

struct RouteTopKArgs {
  const float* x = nullptr;  // [rows, width]
  int rows = 0;
  int width = 0;  // a multiple of 4, up to 8192
  const float* norm = nullptr;
  float epsilon = 1e-5f;
  const float* router = nullptr;    // [experts, width]
  int experts = 0;                  // up to kMaxExperts
  int top = 0;                      // up to kMaxTop, and to `experts`
  void* n = nullptr;                // bf16 [rows, width], the normed rows
  float* inverse_rms = nullptr;     // [rows]
  float* logits = nullptr;          // [rows, experts]
  std::uint32_t* ticket = nullptr;  // one word, zero before the first run; a run leaves it so
  Routing routing;
  bool early = true;
};

Status route_top_k(const RouteTopKArgs& args, Stream stream);

}  // namespace arges::kernels::cuda
