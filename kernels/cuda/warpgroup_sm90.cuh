// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda.h>

#include "kernels/cuda/shared_memory.cuh"

// Hopper (sm_90a): matrix products of a warpgroup from tiles in shared memory (wgmma) and the copy
// engine that fills the tiles (TMA).
namespace arges::kernels::cuda::sm90 {

// How wgmma finds an operand in tiles. K-major: rows are the operand's M or N, columns its K.
// MN-major: rows are K, columns M or N, the next 64 of them in the tile behind.
__device__ inline std::uint64_t descriptor(std::uint32_t address) {
  constexpr std::uint64_t kSwizzle128 = std::uint64_t{1} << 62;
  constexpr std::uint64_t kEightRows = std::uint64_t{1024 >> 4} << 32;
  constexpr std::uint64_t kNextTile = std::uint64_t{kTileBytes >> 4} << 16;
  return kSwizzle128 | kEightRows | kNextTile | ((address & 0x3ffffu) >> 4);
}

// Steps of 16 along K, added to a descriptor.
__device__ inline std::uint64_t k_major_step(std::uint64_t operand, int step) {
  return operand + (((step >> 2) * kTileBytes + (step & 3) * 32u) >> 4);
}
__device__ inline std::uint64_t mn_major_step(std::uint64_t operand, int step) {
  return operand + (step * 16u * kTileRowBytes >> 4);
}

// d[64, 64] (+)= a · b, both in shared memory.
template <int kTransposeA, int kTransposeB>
__device__ inline void wgmma_n64(float (&d)[32], std::uint64_t a, std::uint64_t b, int accumulate) {
  asm volatile(
      "{ .reg .pred p; setp.ne.b32 p, %34, 0; "
      "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, "
      "%8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, "
      "%24, %25, %26, %27, %28, %29, %30, %31}, "
      "%32, %33, p, 1, 1, %35, %36; }"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),
        "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),
        "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]),
        "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),
        "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
      : "l"(a), "l"(b), "r"(accumulate), "n"(kTransposeA), "n"(kTransposeB));
}

// d[64, 64] (+)= a · b, a in registers.
template <int kTransposeB>
__device__ inline void wgmma_n64_from_registers(float (&d)[32], const std::uint32_t (&a)[4],
                                                std::uint64_t b, int accumulate) {
  asm volatile(
      "{ .reg .pred p; setp.ne.b32 p, %37, 0; "
      "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, "
      "%8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, "
      "%24, %25, %26, %27, %28, %29, %30, %31}, "
      "{%32, %33, %34, %35}, %36, p, 1, 1, %38; }"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),
        "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),
        "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]),
        "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),
        "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(accumulate), "n"(kTransposeB));
}

// d[64, 128] (+)= a · b, both in shared memory.
template <int kTransposeA, int kTransposeB>
__device__ inline void wgmma_n128(float (&d)[64], std::uint64_t a, std::uint64_t b,
                                  int accumulate) {
  asm volatile(
      "{ .reg .pred p; setp.ne.b32 p, %66, 0; "
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, "
      "%8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, "
      "%24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, "
      "%40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, "
      "%56, %57, %58, %59, %60, %61, %62, %63}, "
      "%64, %65, p, 1, 1, %67, %68; }"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),
        "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),
        "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]),
        "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),
        "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), "+f"(d[32]), "+f"(d[33]), "+f"(d[34]),
        "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]), "+f"(d[41]),
        "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]),
        "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),
        "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]),
        "+f"(d[63])
      : "l"(a), "l"(b), "r"(accumulate), "n"(kTransposeA), "n"(kTransposeB));
}

// d[64, 128] (+)= a · b, a in registers.
template <int kTransposeB>
__device__ inline void wgmma_n128_from_registers(float (&d)[64], const std::uint32_t (&a)[4],
                                                 std::uint64_t b, int accumulate) {
  asm volatile(
      "{ .reg .pred p; setp.ne.b32 p, %69, 0; "
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, "
      "%8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, "
      "%24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, "
      "%40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, "
      "%56, %57, %58, %59, %60, %61, %62, %63}, "
      "{%64, %65, %66, %67}, %68, p, 1, 1, %70; }"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]),
        "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]),
        "+f"(d[14]), "+f"(d[15]), "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]),
        "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]),
        "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), "+f"(d[32]), "+f"(d[33]), "+f"(d[34]),
        "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]), "+f"(d[41]),
        "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]),
        "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]),
        "+f"(d[56]), "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]),
        "+f"(d[63])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(accumulate), "n"(kTransposeB));
}

// Keeps the compiler from moving uses of accumulators across the asynchronous products.
template <int kCount>
__device__ inline void pin(float (&d)[kCount]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) asm volatile("" : "+f"(d[i])::"memory");
}

template <int kRows>
__device__ inline void pin(std::uint32_t (&a)[kRows][4]) {
#pragma unroll
  for (int i = 0; i < 4 * kRows; ++i) asm volatile("" : "+r"(a[i / 4][i % 4])::"memory");
}

// The four products of lightning attention on tiles. Each is one committed group: `wait<n>` returns
// when all but the last n are done. Accumulators are laid out as by mma.sync, 16 rows a warp.
struct Products {
  __device__ static void fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
  __device__ static void commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
  template <int kPending>
  __device__ static void wait() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kPending) : "memory");
  }
  // After the wait for products: their accumulators may be used, their operands' registers reused.
  template <class Registers>
  __device__ static void settle(Registers& registers) {
    pin(registers);
  }

  // d[64, 64] = a · bᵀ, a [64, 128] given as operand fragments: Sᵀ · qᵀ
  __device__ static void multiply_transposed(float (&d)[32], std::uint32_t (&a)[8][4],
                                             std::uint32_t b) {
    pin(d);
    pin(a);
    fence();
    const std::uint64_t operand = descriptor(b);
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      wgmma_n64_from_registers<0>(d, a[step], k_major_step(operand, step), step > 0);
    }
    commit();
  }

  // The same, a in two tiles: q · kᵀ
  __device__ static void multiply_transposed(float (&d)[32], std::uint32_t a, std::uint32_t b) {
    pin(d);
    fence();
    const std::uint64_t rows = descriptor(a);
    const std::uint64_t operand = descriptor(b);
#pragma unroll
    for (int step = 0; step < 8; ++step) {
      wgmma_n64<0, 0>(d, k_major_step(rows, step), k_major_step(operand, step), step > 0);
    }
    commit();
  }

  // outᵀ[value channel, query] += vᵀ · scoresᵀ
  __device__ static void add_values(float (&d)[32], std::uint32_t v, std::uint32_t scores) {
    pin(d);
    fence();
    const std::uint64_t values = descriptor(v);
    const std::uint64_t weights = descriptor(scores);
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      wgmma_n64<1, 0>(d, mn_major_step(values, step), k_major_step(weights, step), 1);
    }
    commit();
  }

  // Sᵀ[value channel, key channel] += vᵀ · k
  __device__ static void add_to_state(float (&d)[64], std::uint32_t v, std::uint32_t k) {
    pin(d);
    fence();
    const std::uint64_t values = descriptor(v);
    const std::uint64_t keys = descriptor(k);
#pragma unroll
    for (int step = 0; step < 4; ++step) {
      wgmma_n128<1, 1>(d, mn_major_step(values, step), mn_major_step(keys, step), 1);
    }
    commit();
  }
};

// What ordinary stores wrote becomes visible to wgmma and the copy engine.
__device__ inline void publish_stores() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

__device__ inline void barrier_wait(std::uint32_t barrier, std::uint32_t phase) {
  asm volatile(
      "{ .reg .pred done;\n"
      "again: mbarrier.try_wait.parity.shared.b64 done, [%0], %1;\n"
      "@!done bra again; }" ::"r"(barrier),
      "r"(phase)
      : "memory");
}

__device__ inline void barrier_expect(std::uint32_t barrier, std::uint32_t bytes) {
  asm volatile(
      "{ .reg .b64 state; mbarrier.arrive.expect_tx.shared.b64 state, [%0], %1; }" ::"r"(barrier),
      "r"(bytes)
      : "memory");
}

__device__ inline void copy_tile(const void* map, std::uint32_t tile, int column, int row,
                                 std::uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%2, %3}], [%4];" ::"r"(tile),
      "l"(map), "r"(column), "r"(row), "r"(barrier)
      : "memory");
}

// Of a plane (encode_plane_map).
__device__ inline void copy_tile(const void* map, std::uint32_t tile, int column, int row,
                                 int plane, std::uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.mbarrier::complete_tx::bytes "
      "[%0], [%1, {%2, %3, %4}], [%5];" ::"r"(tile),
      "l"(map), "r"(column), "r"(row), "r"(plane), "r"(barrier)
      : "memory");
}

// Into the L2 cache only.
__device__ inline void bring_tile_near(const void* map, int column, int row) {
  asm volatile("cp.async.bulk.prefetch.tensor.2d.L2.global.tile [%0, {%1, %2}];" ::"l"(map),
               "r"(column), "r"(row)
               : "memory");
}

}  // namespace arges::kernels::cuda::sm90
