// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/processor.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace arges::kernels::cpu {
namespace {

// Bits of CPUID's leaf 7, register EDX.
constexpr int kAmxBf16 = 22;
constexpr int kAmxTile = 24;
constexpr int kAmxInt8 = 25;

bool has_bit(unsigned word, int bit) {
  return ((word >> bit) & 1U) != 0;
}

// Linux gives the tile registers, whose contents every switch of threads must save, only to a
// process that asks.
bool may_use_tiles() {
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool has_amx(int kind) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return has_bit(d, kind) && has_bit(d, kAmxTile) && may_use_tiles();
}

}  // namespace

bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool has_avx512_vnni() {
  return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
}

bool has_avx512_bf16() {
  return __builtin_cpu_supports("avx512bf16") != 0;
}

bool has_amx_bf16() {
  return has_amx(kAmxBf16);
}

bool has_amx_int8() {
  return has_avx512_vnni() && has_amx(kAmxInt8);
}

}  // namespace arges::kernels::cpu

#else

namespace arges::kernels::cpu {

bool has_avx2() {
  return false;
}
bool has_avx512_vnni() {
  return false;
}
bool has_avx512_bf16() {
  return false;
}
bool has_amx_bf16() {
  return false;
}
bool has_amx_int8() {
  return false;
}

}  // namespace arges::kernels::cpu

#endif
