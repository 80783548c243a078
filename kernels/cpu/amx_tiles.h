// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// The tile registers of AMX, for the units that multiply with them. On x86-64 only.
namespace arges::kernels::cpu {

constexpr std::int64_t kTileRows = 16;
constexpr std::int64_t kTileLine = 64;  // bytes of a row of any tile

// Shapes of the eight tiles, as the processor reads them; a tile of no rows must not be used.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes{};
  std::array<std::uint8_t, 16> rows{};

  void set(std::size_t tile, std::int64_t height, std::int64_t bytes = kTileLine) {
    row_bytes[tile] = height == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(bytes);
    rows[tile] = static_cast<std::uint8_t>(height);
  }

  bool operator==(const TileShapes&) const = default;
};
static_assert(sizeof(TileShapes) == 64);

// Gives this thread's tiles these shapes, unless they have them. Precondition of both: the system
// lets this process use tiles (processor.h).
void shape_tiles(const TileShapes& shapes);

// A thread that keeps shaped tiles pays for them at every switch.
void release_tiles();

// gcc's intrinsics do not say which memory they read and write: what was written before is in
// memory now, and what is read later is read there.
inline void settle_memory(const void* address = nullptr) {
  __asm__ volatile("" : : "r"(address) : "memory");
}

}  // namespace arges::kernels::cpu
