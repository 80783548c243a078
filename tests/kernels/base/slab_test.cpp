// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/slab.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace arges {
namespace {

std::uintptr_t address(const Slab::Piece& piece) {
  return reinterpret_cast<std::uintptr_t>(piece.data);
}

TEST(Slab, CutsPiecesOneBehindTheOther) {
  Slab slab(host_device());
  const Slab::Piece first = slab.take(100).value();
  const Slab::Piece second = slab.take(1).value();
  EXPECT_EQ(address(first) % Device::kAlignment, 0u);
  EXPECT_EQ(second.data, first.data + 128);
  EXPECT_EQ(second.owner, first.owner);
}

TEST(Slab, PiecesDoNotOverlapWhateverTheirSizes) {
  Slab slab(host_device());
  std::vector<Slab::Piece> pieces;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 25; ++i) {
    sizes.push_back(i % 7 == 0 ? Slab::kBlock / 4 + i : i * 77'777 % (Slab::kBlock / 4));
    pieces.push_back(slab.take(sizes.back()).value());
    ASSERT_EQ(address(pieces.back()) % Device::kAlignment, 0u);
    if (sizes.back() == 0) continue;
    pieces.back().data[0] = static_cast<std::byte>(i);
    pieces.back().data[sizes.back() - 1] = static_cast<std::byte>(i);
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (sizes[i] == 0) continue;
    EXPECT_EQ(pieces[i].data[0], static_cast<std::byte>(i));
    EXPECT_EQ(pieces[i].data[sizes[i] - 1], static_cast<std::byte>(i));
  }
}

TEST(Slab, APieceOutlivesItsSlabAndItsNeighbours) {
  std::optional<Slab> slab(host_device());
  std::optional<Slab::Piece> neighbour = slab->take(1000).value();
  const Slab::Piece piece = slab->take(1000).value();
  slab.reset();
  neighbour.reset();
  std::fill_n(piece.data, 1000, std::byte{7});
  EXPECT_EQ(piece.data[999], std::byte{7});
}

TEST(Slab, SaysWhenThereIsNoMemory) {
  Slab slab(host_device());
  EXPECT_EQ(slab.take(~std::size_t{0}).status().code(), StatusCode::kOutOfMemoryHost);
  EXPECT_TRUE(slab.take(1).ok());
}

}  // namespace
}  // namespace arges
