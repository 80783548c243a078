// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/lightning_prefill.cuh"
#include "kernels/cuda/warpgroup_sm90.cuh"

namespace arges::kernels::cuda {

namespace {

struct Hopper {
  static constexpr int kStages = 4;
  static constexpr std::uint32_t kFullArrivals = 1;
  using Products = sm90::Products;

  __device__ static void publish_barriers() {
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    sm90::publish_stores();
  }
  __device__ static void publish_stores() { sm90::publish_stores(); }
  __device__ static void barrier_wait(std::uint32_t barrier, std::uint32_t phase) {
    sm90::barrier_wait(barrier, phase);
  }

  __device__ static void store_matrices(std::uint32_t tiles, std::uint32_t row, std::uint32_t piece,
                                        const std::uint32_t (&a)[4]) {
    sm90::store_matrices(piece_address(tiles, row, piece), a);
  }

  // 3 groups start with 168 registers a thread, and no more can be had than 3 · 168.
  __device__ static void take_registers() { asm volatile("setmaxnreg.inc.sync.aligned.u32 216;"); }
  __device__ static void give_registers() { asm volatile("setmaxnreg.dec.sync.aligned.u32 144;"); }

  __device__ static bool copies(int thread) { return thread == 0; }

  // Rows of other sequences come along with a last, short chunk; rows behind the end are zeros.
  template <bool kStatesOnly>
  __device__ static void load_chunk(const PrefillWork& work, const WorkItem& item, int chunk,
                                    std::uint32_t stage, std::uint32_t full, int) {
    using Memory = PrefillMemory<kStages>;
    const int row = item.first_row + chunk;
    const int q = item.head * 3 * kHeadWidth;
    const int k = q + kHeadWidth;
    const int v = k + kHeadWidth + item.half * kHalfWidth;
    const void* map = work.tensor_map;
    sm90::barrier_expect(full, (kStatesOnly ? 3 : 5) * kTileBytes);
    if constexpr (!kStatesOnly) {
      sm90::copy_tile(map, stage + Memory::kQ, q, row, full);
      sm90::copy_tile(map, stage + Memory::kQ + kTileBytes, q + 64, row, full);
    }
    sm90::copy_tile(map, stage + Memory::kK, k, row, full);
    sm90::copy_tile(map, stage + Memory::kK + kTileBytes, k + 64, row, full);
    sm90::copy_tile(map, stage + Memory::kV, v, row, full);
  }
};

template <SiluForm kSilu>
Status launch(const PrefillLaunch& launch, Stream stream) {
  switch (launch.pass) {
    case PrefillPass::kStates:
      return launch_prefill_kernel<Hopper, PrefillPass::kStates, kSilu>(launch, stream);
    case PrefillPass::kPlain:
      return launch_prefill_kernel<Hopper, PrefillPass::kPlain, kSilu>(launch, stream);
    case PrefillPass::kGated:
      return launch_prefill_kernel<Hopper, PrefillPass::kGated, kSilu>(launch, stream);
  }
  return internal_error("lightning prefill: no such pass");
}

}  // namespace

Status launch_prefill_sm90(const PrefillLaunch& args, Stream stream) {
  return args.silu == SiluForm::kTanh ? launch<SiluForm::kTanh>(args, stream)
                                      : launch<SiluForm::kExact>(args, stream);
}

}  // namespace arges::kernels::cuda
