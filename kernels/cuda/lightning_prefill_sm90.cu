// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/lightning_prefill.cuh"
#include "kernels/cuda/warpgroup_sm90.cuh"

namespace arges::kernels::cuda {

namespace {

struct Hopper {
  static constexpr int kStages = 4;
  static constexpr std::uint32_t kFullArrivals = 1;
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

  // The groups start with 128 registers a thread, and no more can be had than these together. What
  // the state group has less than 168 of, its products cannot keep in flight.
  __device__ static void take_state_registers() { take<168>(); }
  __device__ static void take_score_registers() { take<136>(); }
  __device__ static void give_registers() { give<72>(); }

  // Rows of other sequences come along with a last, short chunk; rows behind the end are zeros.
  template <bool kStatesOnly>
  __device__ static void load_chunk(const PrefillWork& work, const WorkItem& item, int chunk,
                                    std::uint32_t stage, std::uint32_t full, int) {
    using Memory = PrefillMemory<kStages, 0>;  // where a stage's tiles lie
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

template <SiluForm kSilu>
Status launch_pass(const PrefillLaunch& launch, Stream stream) {
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
  switch (args.silu) {
    case SiluForm::kExact:
      return launch_pass<SiluForm::kExact>(args, stream);
    case SiluForm::kTanh:
      return launch_pass<SiluForm::kTanh>(args, stream);
    case SiluForm::kDone:
      return launch_pass<SiluForm::kDone>(args, stream);
  }
  return internal_error("lightning prefill: no such form of SiLU");
}

}  // namespace arges::kernels::cuda
