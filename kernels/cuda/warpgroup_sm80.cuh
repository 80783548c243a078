// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cuda/shared_memory.cuh"

// Compute capability 8.0 and up: the same products of four warps from the same tiles by mma.sync.
namespace arges::kernels::cuda::sm80 {

__device__ inline void load_transposed(std::uint32_t (&r)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

__device__ inline void multiply(float* d, const std::uint32_t (&a)[4], std::uint32_t b0,
                                std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ inline std::uint32_t lane() {
  return threadIdx.x & 31u;
}
__device__ inline std::uint32_t warp_of_group() {
  return (threadIdx.x >> 5) & 3u;
}

// a: rows of the tile are K, this warp's M are 16 of its columns.
__device__ inline void load_a_mn_major(std::uint32_t (&a)[4], std::uint32_t tile, int step) {
  load_transposed(a, piece_address(tile, 16 * step + (lane() & 7u) + (lane() >> 4) * 8,
                                   2 * warp_of_group() + ((lane() >> 3) & 1u)));
}

// d[16, 8·kColumns] += a · b for one step along K, b's rows being its N.
template <int kColumns>
__device__ inline void multiply_k_major(float* d, const std::uint32_t (&a)[4], std::uint32_t tile,
                                        int step) {
#pragma unroll
  for (int j = 0; j < kColumns; j += 2) {
    std::uint32_t b[4];
    load_matrices(b, piece_address(tile, 8 * j + (lane() & 7u) + (lane() >> 4) * 8,
                                   2 * step + ((lane() >> 3) & 1u)));
    multiply(d + 4 * j, a, b[0], b[1]);
    multiply(d + 4 * j + 4, a, b[2], b[3]);
  }
}

// The same, b's rows being its K.
template <int kColumns>
__device__ inline void multiply_mn_major(float* d, const std::uint32_t (&a)[4], std::uint32_t tile,
                                         int step) {
#pragma unroll
  for (int j = 0; j < kColumns; j += 2) {
    std::uint32_t b[4];
    load_transposed(b, piece_address(tile, 16 * step + (lane() & 15u), j + (lane() >> 4)));
    multiply(d + 4 * j, a, b[0], b[1]);
    multiply(d + 4 * j + 4, a, b[2], b[3]);
  }
}

// As sm90::Products, done when a call returns.
struct Products {
  template <int kPending>
  __device__ static void wait() {}
  template <class Registers>
  __device__ static void settle(Registers&) {}

  __device__ static void multiply_transposed(float (&d)[32], std::uint32_t (&a)[8][4],
                                             std::uint32_t b) {
    clear(d);
#pragma unroll
    for (int step = 0; step < 8; ++step) multiply_k_major<8>(d, a[step], b, step);
  }

  // The same, a's rows in two tiles.
  __device__ static void multiply_transposed(float (&d)[32], std::uint32_t a, std::uint32_t b) {
    clear(d);
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      std::uint32_t rows[4];
      load_matrices(
          rows, piece_address(a, 16 * warp_of_group() + (lane() & 15u), 2 * step + (lane() >> 4)));
      multiply_k_major<8>(d, rows, b, step);
    }
  }

  __device__ static void add_values(float (&d)[32], std::uint32_t v, std::uint32_t scores) {
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      std::uint32_t a[4];
      load_a_mn_major(a, v, step);
      multiply_k_major<8>(d, a, scores, step);
    }
  }

  __device__ static void add_to_state(float (&d)[64], std::uint32_t v, std::uint32_t k) {
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      std::uint32_t a[4];
      load_a_mn_major(a, v, step);
      multiply_mn_major<16>(d, a, k, step);
    }
  }

 private:
  __device__ static void clear(float (&d)[32]) {
#pragma unroll
    for (int i = 0; i < 32; ++i) d[i] = 0.0f;
  }
};

__device__ inline void barrier_wait(std::uint32_t barrier, std::uint32_t phase) {
  asm volatile(
      "{ .reg .pred done;\n"
      "again: mbarrier.test_wait.parity.shared.b64 done, [%0], %1;\n"
      "@!done bra again; }" ::"r"(barrier),
      "r"(phase)
      : "memory");
}

// 16 bytes, or 16 zero bytes.
__device__ inline void copy_piece(std::uint32_t address, const void* source, bool present) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(source),
               "r"(present ? 16 : 0)
               : "memory");
}

// One arrival at `barrier` when this thread's copies so far have landed.
__device__ inline void arrive_after_copies(std::uint32_t barrier) {
  asm volatile("cp.async.mbarrier.arrive.noinc.shared.b64 [%0];" ::"r"(barrier) : "memory");
}

}  // namespace arges::kernels::cuda::sm80
