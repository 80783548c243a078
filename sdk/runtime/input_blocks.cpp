// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/input_blocks.h"

#include <algorithm>

namespace arges::sdk {
namespace {

// The end of the block that begins at a border.
std::int64_t block_end(const ModelInput& input, std::int64_t begin, std::int64_t block) {
  const auto cut = std::upper_bound(input.cuts.begin(), input.cuts.end(), begin);
  const std::int64_t stretch = cut == input.cuts.end() ? std::ssize(input.ids) : *cut;
  return std::min(begin + block, stretch);
}

}  // namespace

std::int64_t chunk_end(const ModelInput& input, std::int64_t begin, std::int64_t budget,
                       std::int64_t block) {
  const std::int64_t size = std::ssize(input.ids);
  std::int64_t end = block_end(input, begin, block);
  while (end < size) {
    const std::int64_t next = block_end(input, end, block);
    if (next - begin > budget) break;
    end = next;
  }
  return end;
}

std::int64_t last_border(const ModelInput& input, std::int64_t block) {
  const std::int64_t size = std::ssize(input.ids);
  const std::int64_t stretch = input.cuts.empty() ? 0 : input.cuts.back();
  return stretch + (size - stretch) / block * block;
}

}  // namespace arges::sdk
