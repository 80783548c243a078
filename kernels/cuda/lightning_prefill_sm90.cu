// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/lightning_prefill.cuh"
#include "kernels/cuda/warpgroup_sm90.cuh"

namespace arges::kernels::cuda {

namespace {

template <int kGroups>
struct Hopper {
  static constexpr int kStages = 4;
  static constexpr std::uint32_t kFullArrivals = 1;
  static constexpr int kScoreGroups = kGroups;
  static constexpr int kThreads = kGroupThreads * (2 + kScoreGroups);
  static constexpr bool kOutputGroup = true;
  static constexpr int kMostSharedBytes = 227 * 1024;
  using Products = sm90::Products;

  __device__ static void publish_barriers() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    sm90::publish_stores();
  }
  __device__ static void publish_stores() { sm90::publish_stores(); }
  __device__ static void barrier_wait(std::uint32_t barrier, std::uint32_t phase) {
    sm90::barrier_wait(barrier, phase);
  }

  // 4 groups start with 128 registers a thread, 5 with 96, and no more can be had than these
  // together. What the state group has less than 168 of, its products cannot keep in flight.
  __device__ static void take_state_registers() { take<168>(); }
  __device__ static void take_score_registers() {
    if constexpr (kGroups == 2) {
      take<136>();
    } else {
      give<80>();
    }
  }
  __device__ static void give_registers() { give<72>(); }

  // Rows of other sequences come along with a last, short chunk; rows behind the end are zeros.
  template <bool kStatesOnly>
  __device__ static void load_chunk(const PrefillWork& work, const WorkItem& item, int chunk,
                                    std::uint32_t stage, std::uint32_t full, int) {
    using Memory = PrefillMemory<kStages, kGroups, 0>;  // where a stage's tiles lie
    const int row = item.first_row + chunk;
    const int q = item.head * 3 * kHeadWidth;
    const int k = q + kHeadWidth;
    const int v = k + kHeadWidth + item.half * kHalfWidth;
    const void* map = &work.tensor_map;
    sm90::barrier_expect(full, (kStatesOnly ? 3 : 5) * kTileBytes);
    if constexpr (!kStatesOnly) copy_both(map, stage + Memory::kQ, q, row, full);
    copy_both(map, stage + Memory::kK, k, row, full);
    sm90::copy_tile(map, stage + Memory::kV, v, row, full);
  }

  __device__ static void load_gate(const PrefillWork& work, const WorkItem& item, int chunk,
                                   std::uint32_t tile, std::uint32_t full) {
    sm90::barrier_expect(full, kTileBytes);
    sm90::copy_tile(&work.tensor_map, tile, gate_column(work, item), item.first_row + chunk, full);
  }
  // The halves of a head share q and k: each brings one of them.
  __device__ static void expect_chunk_soon(const PrefillWork& work, const WorkItem& item,
                                           int chunk) {
    const int row = item.first_row + chunk;
    const int column = (3 * item.head + item.half) * kHeadWidth;
    const int v = (3 * item.head + 2) * kHeadWidth + item.half * kHalfWidth;
    sm90::bring_tile_near(&work.tensor_map, column, row);
    sm90::bring_tile_near(&work.tensor_map, column + 64, row);
    sm90::bring_tile_near(&work.tensor_map, v, row);
  }
  __device__ static void expect_gate_soon(const PrefillWork& work, const WorkItem& item,
                                          int chunk) {
    sm90::bring_tile_near(&work.tensor_map, gate_column(work, item), item.first_row + chunk);
  }

 private:
  template <int kRegisters>
  __device__ static void take() {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
  }
  template <int kRegisters>
  __device__ static void give() {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
  }

  __device__ static int gate_column(const PrefillWork& work, const WorkItem& item) {
    return static_cast<int>(work.layer.gate_column) + item.head * kHeadWidth +
           item.half * kHalfWidth;
  }

  // The two tiles of a head's q or k.
  __device__ static void copy_both(const void* map, std::uint32_t tiles, int column, int row,
                                   std::uint32_t full) {
    sm90::copy_tile(map, tiles, column, row, full);
    sm90::copy_tile(map, tiles + kTileBytes, column + 64, row, full);
  }
};

template <int kGroups, SiluForm kSilu>
Status launch_pass(const PrefillLaunch& launch, Stream stream) {
  switch (launch.pass) {
    case PrefillPass::kStates:
      return launch_prefill_kernel<Hopper<kGroups>, PrefillPass::kStates, kSilu>(launch, stream);
    case PrefillPass::kPlain:
      return launch_prefill_kernel<Hopper<kGroups>, PrefillPass::kPlain, kSilu>(launch, stream);
    case PrefillPass::kGated:
      return launch_prefill_kernel<Hopper<kGroups>, PrefillPass::kGated, kSilu>(launch, stream);
  }
  return internal_error("lightning prefill: no such pass");
}

template <SiluForm kSilu>
Status launch(const PrefillLaunch& args, Stream stream) {
  return args.score_groups == 3 ? launch_pass<3, kSilu>(args, stream)
                                : launch_pass<2, kSilu>(args, stream);
}

}  // namespace

Status launch_prefill_sm90(const PrefillLaunch& args, Stream stream) {
  return args.silu == SiluForm::kTanh ? launch<SiluForm::kTanh>(args, stream)
                                      : launch<SiluForm::kExact>(args, stream);
}

}  // namespace arges::kernels::cuda
