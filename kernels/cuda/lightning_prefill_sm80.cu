// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/lightning_prefill.cuh"
#include "kernels/cuda/warpgroup_sm80.cuh"

namespace arges::kernels::cuda {

namespace {

// The state group's threads copy; cards of compute capability 8.x hold one or two stages.
template <int kStageCount>
struct Ampere {
  static constexpr int kStages = kStageCount;
  static constexpr std::uint32_t kFullArrivals = kGroupThreads;
  static constexpr int kThreads = kGroupThreads * (1 + kScoreGroups);
  static constexpr int kMostSharedBytes = (kStages == 1 ? 99 : 163) * 1024;
  static constexpr bool kOutputGroup = false;  // the state group does its work
  using Products = sm80::Products;

  __device__ static void publish_barriers() {}
  __device__ static void publish_stores() {}
  __device__ static void barrier_wait(std::uint32_t barrier, std::uint32_t phase) {
    sm80::barrier_wait(barrier, phase);
  }

  __device__ static void take_state_registers() {}
  __device__ static void take_score_registers() {}

  template <bool kStatesOnly>
  __device__ static void load_chunk(const PrefillWork& work, const WorkItem& item, int chunk,
                                    std::uint32_t stage, std::uint32_t full, int thread) {
    using Memory = PrefillMemory<kStages, 0>;
    const __nv_bfloat16* head = static_cast<const __nv_bfloat16*>(work.layer.rows) +
                                static_cast<std::int64_t>(item.head) * 3 * kHeadWidth;
    const int row = item.first_row + chunk;
    if constexpr (!kStatesOnly) {
      copy_tile(work, head, row, stage + Memory::kQ, thread);
      copy_tile(work, head + 64, row, stage + Memory::kQ + kTileBytes, thread);
    }
    copy_tile(work, head + kHeadWidth, row, stage + Memory::kK, thread);
    copy_tile(work, head + kHeadWidth + 64, row, stage + Memory::kK + kTileBytes, thread);
    copy_tile(work, head + 2 * kHeadWidth + item.half * kHalfWidth, row, stage + Memory::kV,
              thread);
    sm80::arrive_after_copies(full);
  }

 private:
  __device__ static void copy_tile(const PrefillWork& work, const __nv_bfloat16* columns, int row,
                                   std::uint32_t tile, int thread) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int local = (thread >> 3) + 16 * i;
      const bool present = row + local < work.layer.row_count;
      const std::int64_t from = present ? row + local : 0;
      sm80::copy_piece(piece_address(tile, local, thread & 7),
                       columns + from * work.layer.row_stride + 8 * (thread & 7), present);
    }
  }
};

template <int kStages, SiluForm kSilu>
Status launch_pass(const PrefillLaunch& launch, Stream stream) {
  using Arch = Ampere<kStages>;
  switch (launch.pass) {
    case PrefillPass::kStates:
      return launch_prefill_kernel<Arch, PrefillPass::kStates, kSilu>(launch, stream);
    case PrefillPass::kPlain:
      return launch_prefill_kernel<Arch, PrefillPass::kPlain, kSilu>(launch, stream);
    case PrefillPass::kGated:
      return launch_prefill_kernel<Arch, PrefillPass::kGated, kSilu>(launch, stream);
  }
  return internal_error("lightning prefill: no such pass");
}

template <int kStages>
Status launch(const PrefillLaunch& args, Stream stream) {
  return args.silu == SiluForm::kDone ? launch_pass<kStages, SiluForm::kDone>(args, stream)
                                      : launch_pass<kStages, SiluForm::kExact>(args, stream);
}

}  // namespace

Status launch_prefill_sm80(const PrefillLaunch& args, Stream stream) {
  int device = 0;
  int bytes = 0;
  ARGES_RETURN_IF_ERROR(to_status(cudaGetDevice(&device), "current device"));
  ARGES_RETURN_IF_ERROR(
      to_status(cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device),
                "shared memory of the device"));
  return bytes >= static_cast<int>(PrefillMemory<2, 0>::kBytes) ? launch<2>(args, stream)
                                                                : launch<1>(args, stream);
}

}  // namespace arges::kernels::cuda
