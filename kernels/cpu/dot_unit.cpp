// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <cstddef>

#include "kernels/cpu/dot_product.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace arges::kernels::cpu {
namespace {

#if defined(__x86_64__)

bool has_bit(unsigned word, int bit) {
  return ((word >> bit) & 1U) != 0;
}

bool has_avx512_bf16() {
  return __builtin_cpu_supports("avx512bf16") != 0;
}

bool has_amx_bf16() {
  constexpr int kAmxBf16 = 22;
  constexpr int kAmxTile = 24;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return has_bit(d, kAmxBf16) && has_bit(d, kAmxTile);
}

// Linux gives the tile registers, whose contents every switch of threads must save, only to a
// process that asks.
bool may_use_tiles() {
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

#else

bool has_avx512_bf16() {
  return false;
}
bool has_amx_bf16() {
  return false;
}
bool may_use_tiles() {
  return false;
}

#endif

struct Units {
  std::array<const DotUnit*, 2> list{};
  std::size_t count = 0;

  void add(const DotUnit* unit) {
    if (unit != nullptr) list[count++] = unit;
  }
};

Units find_units() {
  Units units;
  if (has_amx_bf16() && may_use_tiles()) units.add(amx_dot_unit());
  if (has_avx512_bf16()) units.add(avx512_dot_unit());
  return units;
}

std::atomic<const DotUnit*> chosen{nullptr};

}  // namespace

std::span<const DotUnit* const> dot_units() {
  static const Units kUnits = find_units();
  return {kUnits.list.data(), kUnits.count};
}

const DotUnit& dot_unit() {
  const DotUnit* unit = chosen.load(std::memory_order_relaxed);
  return unit != nullptr ? *unit : *dot_units().front();
}

void use_dot_unit(const DotUnit* unit) {
  chosen.store(unit);
}

}  // namespace arges::kernels::cpu
