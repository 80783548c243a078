// SPDX-License-Identifier: Apache-2.0
// The dot-product units, which Highway 1.0.3 cannot name: intrinsics, chosen by what the processor
// says of itself.
#include "samples/cli/bench/ceiling_loops.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace arges::cli {
namespace {

constexpr int kVectorChains = 12;
constexpr int kVectorBytes = 64;
constexpr int kTileChains = 4;
constexpr int kTileRows = 16;

// Chains lie in plain arrays: the vector types' attributes are lost in templates.
__attribute__((target("avx512f,avx512bf16"))) float avx512_bf16(std::int64_t iterations) {
  __m512 sums[kVectorChains];
  for (__m512& sum : sums) sum = _mm512_set1_ps(1.0F);
  const __m512bh factor = (__m512bh)_mm512_set1_epi16(0x3c00);  // a small bf16
  for (std::int64_t i = 0; i < iterations; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kVectorChains; ++c) {
      sums[c] = _mm512_dpbf16_ps(sums[c], factor, factor);
    }
  }
  for (int c = 1; c < kVectorChains; ++c) sums[0] = _mm512_add_ps(sums[0], sums[c]);
  return _mm512_cvtss_f32(sums[0]);
}

__attribute__((target("avx512f,avx512vnni"))) float avx512_vnni(std::int64_t iterations) {
  __m512i sums[kVectorChains];
  for (__m512i& sum : sums) sum = _mm512_set1_epi32(1);
  const __m512i factor = _mm512_set1_epi8(1);
  for (std::int64_t i = 0; i < iterations; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kVectorChains; ++c) {
      sums[c] = _mm512_dpbusd_epi32(sums[c], factor, factor);
    }
  }
  for (int c = 1; c < kVectorChains; ++c) sums[0] = _mm512_add_epi32(sums[0], sums[c]);
  return static_cast<float>(_mm512_cvtsi512_si32(sums[0]));
}

// Shapes of the eight tiles, as the processor reads them.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes{};
  std::array<std::uint8_t, 16> rows{};
};

__attribute__((target("amx-tile"))) void shape_tiles() {
  TileShapes shapes;
  for (std::size_t t = 0; t < 8; ++t) {
    shapes.row_bytes[t] = kVectorBytes;
    shapes.rows[t] = kTileRows;
  }
  _tile_loadconfig(&shapes);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  alignas(64) std::array<std::uint8_t, kTileRows * kVectorBytes> ones;
  ones.fill(1);
  _tile_loadd(4, ones.data(), kVectorBytes);
  _tile_loadd(5, ones.data(), kVectorBytes);
}

__attribute__((target("amx-tile"))) float end_tiles() {
  alignas(64) std::array<float, kTileRows * kVectorBytes / 4> sums;
  _tile_stored(0, sums.data(), kVectorBytes);
  _tile_release();
  return sums[0];
}

__attribute__((target("amx-tile,amx-bf16"))) float amx_bf16(std::int64_t iterations) {
  shape_tiles();
  for (std::int64_t i = 0; i < iterations; ++i) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  return end_tiles();
}

__attribute__((target("amx-tile,amx-int8"))) float amx_int8(std::int64_t iterations) {
  shape_tiles();
  for (std::int64_t i = 0; i < iterations; ++i) {
    _tile_dpbusd(0, 4, 5);
    _tile_dpbusd(1, 4, 5);
    _tile_dpbusd(2, 4, 5);
    _tile_dpbusd(3, 4, 5);
  }
  return end_tiles();
}

// Linux gives the tile registers to a process that asks.
bool tiles_allowed() {
  constexpr int kRequestPermission = 0x1023;
  constexpr int kTileData = 18;
  static const bool allowed = syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return allowed;
}

// CPUID leaf 7, subleaf 0: EDX bits of AMX.
bool processor_has(unsigned bit_of_edx) {
  unsigned a = 7, b = 0, c = 0, d = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return ((d >> bit_of_edx) & 1U) != 0;
}

constexpr unsigned kAmxBf16 = 22;
constexpr unsigned kAmxInt8 = 25;

// A tile multiplies 16 rows by 16 columns over 64 bytes of depth.
constexpr std::int64_t tile_operations(std::int64_t element_bytes) {
  return 2LL * kTileChains * kTileRows * kTileRows * (kVectorBytes / element_bytes);
}

constexpr std::int64_t vector_operations(std::int64_t element_bytes) {
  return 2LL * kVectorChains * (kVectorBytes / element_bytes);
}

}  // namespace

PeakLoop bf16_dot_loop() {
  if (processor_has(kAmxBf16) && tiles_allowed()) {
    return {"bf16 dot (AMX)", tile_operations(2), amx_bf16};
  }
  if (__builtin_cpu_supports("avx512bf16")) {
    return {"bf16 dot (AVX512_BF16)", vector_operations(2), avx512_bf16};
  }
  return {};
}

PeakLoop integer_dot_loop() {
  if (processor_has(kAmxInt8) && tiles_allowed()) {
    return {"int8 dot (AMX)", tile_operations(1), amx_int8};
  }
  if (__builtin_cpu_supports("avx512vnni")) {
    return {"int8 dot (AVX512_VNNI)", vector_operations(1), avx512_vnni};
  }
  return {};
}

}  // namespace arges::cli

#else

namespace arges::cli {

PeakLoop bf16_dot_loop() {
  return {};
}

PeakLoop integer_dot_loop() {
  return {};
}

}  // namespace arges::cli

#endif
