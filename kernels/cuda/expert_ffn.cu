// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/expert_ffn.h"

#include <algorithm>
#include <climits>

#include "kernels/cuda/activation.cuh"
#include "kernels/cuda/card.h"
#include "kernels/cuda/kernel_launch.h"
#include "kernels/cuda/many_rows.h"
#include "kernels/cuda/skinny_product.cuh"

namespace arges::kernels::cuda {

namespace {

// Experts with up to 8 rows, which is nearly all in a small batch, and those with more are two
// kernels, so that the few do not cost the many their registers.
template <bool kMany>
struct Size {
  static constexpr int kTiles = kMany ? 4 : 1;
  static constexpr int kRowsAtOnce = kTiles * kTokenTile;
  static constexpr int kLeast = kMany ? kTokenTile + 1 : 1;
  static constexpr int kMost = kMany ? INT_MAX : kTokenTile;
};
constexpr unsigned kManyAtOnce = 2;  // blocks that go through the experts with many rows

// The routes of one expert.
struct Share {
  int expert = 0;
  int begin = 0;  // in the routing's order
  int count = 0;  // 0: there is no such expert
};

// The index-th expert of this size. By whole warps, all alike.
template <bool kMany>
__device__ Share find_share(const std::int32_t* offsets, int experts, int index) {
  const int lane = static_cast<int>(threadIdx.x) & 31;
  for (int base = 0; base < experts; base += 32) {
    const int expert = base + lane;
    const int begin = expert < experts ? offsets[expert] : 0;
    const int count = expert < experts ? offsets[expert + 1] - begin : 0;
    unsigned mask =
        __ballot_sync(0xffffffffu, count >= Size<kMany>::kLeast && count <= Size<kMany>::kMost);
    const int here = __popc(mask);
    if (index < here) {
      for (; index > 0; --index) mask &= mask - 1;
      const int which = __ffs(static_cast<int>(mask)) - 1;
      return {base + which, __shfl_sync(0xffffffffu, begin, which),
              __shfl_sync(0xffffffffu, count, which)};
    }
    index -= here;
  }
  return {};
}

// multiply(share) for each expert of this size that is this block's.
template <bool kMany, class Multiply>
__device__ void for_each_share(const ExpertFfnArgs& args, const Multiply& multiply) {
  for (int index = static_cast<int>(blockIdx.y);; index += static_cast<int>(gridDim.y)) {
    const Share share = find_share<kMany>(args.routing.offsets, args.experts, index);
    if (share.count == 0) return;
    multiply(share);
    if (!kMany) return;
  }
}

// x_row and store take rows of the share.
template <bool kMany, class Row, class Store>
__device__ void multiply_share(const SkinnyMatrix& matrix, int count, SkinnyMemory& memory,
                               const Row& x_row, const Store& store) {
  constexpr int kAtOnce = Size<kMany>::kRowsAtOnce;
  for (int first = 0; first < count; first += kAtOnce) {
    const int rows = min(count - first, kAtOnce);
    skinny_product<Size<kMany>::kTiles>(
        matrix, rows, memory, [&](int row) { return x_row(first + row); }, [] {},
        [&](int output, int row, float sum) { store(output, first + row, row < rows, sum); });
    if (!kMany) return;
  }
}

template <bool kMany>
__global__ void __launch_bounds__(kSkinnyThreads, 2)
    gate_up_kernel(const __grid_constant__ ExpertFfnArgs args) {
  __shared__ SkinnyMemory memory;
  let_next_kernel_start();
  wait_for_kernel_before();
  const int first = static_cast<int>(blockIdx.x) * kSkinnyOutputs;
  const int outputs = 2 * args.ffn;
  const auto* n = static_cast<const __nv_bfloat16*>(args.n);
  auto* inner = static_cast<__nv_bfloat16*>(args.inner);
  for_each_share<kMany>(args, [&](const Share& share) {
    const auto* w = static_cast<const __nv_bfloat16*>(args.gate_up) +
                    static_cast<std::int64_t>(share.expert) * outputs * args.hidden;
    multiply_share<kMany>(
        SkinnyMatrix{w, outputs, args.hidden, first}, share.count, memory,
        [&](int row) {
          const int route = args.routing.order[share.begin + row];
          return n + static_cast<std::int64_t>(route / args.top) * args.hidden;
        },
        [&](int output, int row, bool present, float sum) {
          // Lanes 8 further on hold the output behind: W3's.
          const float up = __shfl_down_sync(0xffffffffu, sum, 8);
          if (!present || output % 2 != 0) return;
          inner[static_cast<std::int64_t>(share.begin + row) * args.ffn + (first + output) / 2] =
              __float2bfloat16_rn(silu(sum) * up);
        });
  });
}

template <bool kMany>
__global__ void __launch_bounds__(kSkinnyThreads, 2)
    down_kernel(const __grid_constant__ ExpertFfnArgs args) {
  __shared__ SkinnyMemory memory;
  let_next_kernel_start();
  wait_for_kernel_before();
  const int first = static_cast<int>(blockIdx.x) * kSkinnyOutputs;
  const auto* inner = static_cast<const __nv_bfloat16*>(args.inner);
  for_each_share<kMany>(args, [&](const Share& share) {
    const auto* w = static_cast<const __nv_bfloat16*>(args.down) +
                    static_cast<std::int64_t>(share.expert) * args.hidden * args.ffn;
    multiply_share<kMany>(
        SkinnyMatrix{w, args.hidden, args.ffn, first}, share.count, memory,
        [&](int row) { return inner + static_cast<std::int64_t>(share.begin + row) * args.ffn; },
        [&](int output, int row, bool present, float sum) {
          if (!present || first + output >= args.hidden) return;
          const int route = args.routing.order[share.begin + row];
          args.out[static_cast<std::int64_t>(route) * args.hidden + first + output] =
              args.routing.weights[route] * sum;
        });
  });
}

Status check(const ExpertFfnArgs& args) {
  if (args.n == nullptr || args.gate_up == nullptr || args.down == nullptr ||
      args.inner == nullptr || args.out == nullptr || args.routing.weights == nullptr ||
      args.routing.order == nullptr || args.routing.offsets == nullptr ||
      args.routing.active == nullptr) {
    return invalid_argument("expert_ffn: a pointer is missing");
  }
  if (args.rows < 1 || args.hidden < 8 || args.hidden % 8 != 0 || args.ffn < 16 ||
      args.ffn % 16 != 0 || args.experts < 1 || args.experts > kMaxExperts || args.top < 1 ||
      args.top > kMaxTop) {
    return invalid_argument("expert_ffn: a size that does not fit");
  }
  if (args.rows > kMaxLinearRows && args.sorted == nullptr) {
    return invalid_argument("expert_ffn: many rows without scratch to sort them");
  }
  return {};
}

unsigned blocks_for(int outputs) {
  return static_cast<unsigned>((outputs + kSkinnyOutputs - 1) / kSkinnyOutputs);
}

Status launch(void (*small)(ExpertFfnArgs), void (*many)(ExpertFfnArgs), int outputs,
              const ExpertFfnArgs& args, Stream stream) {
  const char* what = "launch of the experts";
  LaunchShape shape;
  shape.threads = kSkinnyThreads;
  shape.early = args.early && has_early_start();
  shape.blocks = dim3(blocks_for(outputs),
                      static_cast<unsigned>(std::min(args.experts, args.rows * args.top)));
  ARGES_RETURN_IF_ERROR(launch_kernel(small, shape, args, stream, what));
  if (args.rows <= kTokenTile) return {};  // a row is not twice with one expert
  shape.blocks.y = kManyAtOnce;
  return launch_kernel(many, shape, args, stream, what);
}

}  // namespace

Status expert_ffn(const ExpertFfnArgs& args, Stream stream) {
  ARGES_RETURN_IF_ERROR(check(args));
  if (args.rows > kMaxLinearRows) {
    ARGES_ASSIGN_OR_RETURN(const Card card, current_card());
    if (card.is_hopper()) return expert_ffn_sm90(args, card.multiprocessors, stream);
  }
  ARGES_RETURN_IF_ERROR(
      launch(gate_up_kernel<false>, gate_up_kernel<true>, 2 * args.ffn, args, stream));
  return launch(down_kernel<false>, down_kernel<true>, args.hidden, args, stream);
}

}  // namespace arges::kernels::cuda
