// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/expert_ffn.h"
#include "kernels/cuda/linear.h"

// What linear, route_top_k and expert_ffn do with more than kMaxLinearRows rows; _sm90: on compute
// capability 9.0. Preconditions are theirs.
namespace arges::kernels::cuda {

Status linear_sm90(const LinearArgs& args, int multiprocessors, Stream stream);
Status route_many_rows(const RouteTopKArgs& args, Stream stream);
Status expert_ffn_sm90(const ExpertFfnArgs& args, int multiprocessors, Stream stream);

}  // namespace arges::kernels::cuda
