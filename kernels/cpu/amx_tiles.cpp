// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "kernels/cpu/amx_tiles.h"

#include <immintrin.h>

#include <optional>

#define ARGES_AMX_TILE __attribute__((target("amx-tile")))

namespace arges::kernels::cpu {
namespace {

// What this thread's tiles have.
thread_local std::optional<TileShapes> current;

}  // namespace

ARGES_AMX_TILE void shape_tiles(const TileShapes& shapes) {
  if (current == shapes) return;
  settle_memory(&shapes);
  _tile_loadconfig(&shapes);
  current = shapes;
}

ARGES_AMX_TILE void release_tiles() {
  if (!current) return;
  _tile_release();
  current.reset();
}

}  // namespace arges::kernels::cpu

#endif
