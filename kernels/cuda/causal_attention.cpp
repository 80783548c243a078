// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/causal_attention.h"

#include <limits>

#include "kernels/cuda/causal_attention_launch.h"
#include "kernels/cuda/cuda_status.h"

namespace arges::kernels::cuda {

struct CausalAttention::Launch {
  CausalWork work;
};

namespace {

Status check(const CausalAttentionArgs& args) {
  const std::int64_t width =
      static_cast<std::int64_t>(args.kv_heads) * kQueriesPerHead * kHeadWidth;
  const std::int64_t page = std::int64_t{2} * kPageTokens * kHeadWidth * args.kv_heads;
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (args.kv_heads < 1 || args.row_count < 1 || args.row_count > kMost || args.page_count < 1 ||
      args.span_count < 1 || args.span_count > 65535 || args.max_rows < 1) {
    return invalid_argument("causal attention: no rows, heads, pages or spans, or too many");
  }
  if (args.q == nullptr || args.pages == nullptr || args.page_table == nullptr ||
      args.spans == nullptr || args.z == nullptr) {
    return invalid_argument("causal attention: a pointer is missing");
  }
  if (args.q_stride < width || args.q_stride % 8 != 0 || args.z_stride < width ||
      args.z_stride % 8 != 0 || args.page_stride < page || args.page_stride % kHeadWidth != 0 ||
      args.page_count * (args.page_stride / kHeadWidth) > kMost) {
    return invalid_argument("causal attention: a stride does not fit");
  }
  return {};
}

}  // namespace

Result<CausalAttention> CausalAttention::create(const CausalAttentionArgs& args) {
  ARGES_RETURN_IF_ERROR(check(args));
  int device = 0;
  int major = 0;
  int minor = 0;
  ARGES_RETURN_IF_ERROR(to_status(cudaGetDevice(&device), "current device"));
  ARGES_RETURN_IF_ERROR(
      to_status(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
                "attributes of the device"));
  ARGES_RETURN_IF_ERROR(
      to_status(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device),
                "attributes of the device"));
  if (major != 9 || minor != 0) {
    return unsupported("causal attention of prompts needs compute capability 9.0");
  }
  auto launch = std::make_shared<Launch>();
  launch->work.args = args;
  ARGES_RETURN_IF_ERROR(encode_tensor_map(args.q, args.row_count, args.q_stride, args.q_stride,
                                          launch->work.queries));
  ARGES_RETURN_IF_ERROR(encode_tensor_map(args.pages,
                                          args.page_count * (args.page_stride / kHeadWidth),
                                          kHeadWidth, kHeadWidth, launch->work.pages));
  return CausalAttention(std::move(launch));
}

Status CausalAttention::run(Stream stream) const {
  return launch_causal_attention_sm90(launch_->work, stream);
}

}  // namespace arges::kernels::cuda
