// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_bf16.h>

#include <cstdint>

// Shared memory as 32-bit addresses, tiles of it, and the barriers between groups of warps.
namespace arges::kernels::cuda {

// A tile: 64 rows of 64 bf16, 128 bytes a row, its eight 16-byte pieces permuted by the row's
// number modulo 8. It is what the copy engine writes with a 128-byte swizzle and what wgmma reads;
// it begins at a multiple of 1024 bytes.
inline constexpr std::uint32_t kTileRows = 64;
inline constexpr std::uint32_t kTileRowBytes = 128;
inline constexpr std::uint32_t kTileBytes = kTileRows * kTileRowBytes;

__device__ inline std::uint32_t shared_address(const void* pointer) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(pointer));
}

// The 16 bytes of columns 8·piece … of a row; pieces 8 and up lie in the tile behind.
__device__ inline std::uint32_t piece_address(std::uint32_t tile, std::uint32_t row,
                                              std::uint32_t piece) {
  return tile + (piece >> 3) * kTileBytes + row * kTileRowBytes + (((piece ^ row) & 7u) << 4);
}

__device__ inline uint4 load_piece(std::uint32_t address) {
  uint4 piece;
  asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
               : "=r"(piece.x), "=r"(piece.y), "=r"(piece.z), "=r"(piece.w)
               : "r"(address)
               : "memory");
  return piece;
}

__device__ inline void store_piece(std::uint32_t address, const uint4& piece) {
  asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(address), "r"(piece.x),
               "r"(piece.y), "r"(piece.z), "r"(piece.w)
               : "memory");
}

__device__ inline void store_word(std::uint32_t address, std::uint32_t word) {
  asm volatile("st.shared.b32 [%0], %1;" ::"r"(address), "r"(word) : "memory");
}

// Four 8 × 8 matrices: lanes 8 i … 8 i + 7 give the addresses of the rows of matrix i.
__device__ inline void load_matrices(std::uint32_t (&r)[4], std::uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

__device__ inline std::uint32_t pack_bf16(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&pair);
}

__device__ inline float low_bf16(std::uint32_t pair) {
  return __uint_as_float(pair << 16);
}
__device__ inline float high_bf16(std::uint32_t pair) {
  return __uint_as_float(pair & 0xffff0000u);
}

__device__ inline void barrier_init(std::uint32_t barrier, std::uint32_t arrivals) {
  asm volatile("mbarrier.init.shared.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

__device__ inline void barrier_arrive(std::uint32_t barrier) {
  asm volatile("{ .reg .b64 state; mbarrier.arrive.shared.b64 state, [%0]; }" ::"r"(barrier)
               : "memory");
}

// ---- kernels that overlap (kernel_launch.h) ----

// The stream's next kernel may start its blocks as soon as all of this one have come here.
__device__ inline void let_next_kernel_start() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}
// All that the kernel before wrote can be read from here on.
__device__ inline void wait_for_kernel_before() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// Waits among the threads of one warpgroup, `id` 1 … 15.
__device__ inline void group_sync(int id) {
  asm volatile("bar.sync %0, 128;" ::"r"(id) : "memory");
}

}  // namespace arges::kernels::cuda
