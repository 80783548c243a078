// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kernels/base/status.h"
#include "language/state/sequence.h"

namespace arges::language {

// A sequence's memory as bytes in an order of no backend's: the state, [lightning layers, heads,
// D·D] f32; then each token's keys and values, [softmax layers, kv_heads · (keys), kv_heads ·
// (values), D] f32. To the host and from it, as much at a time as a page or a few of them hold.
using TakeBytes = std::function<Status(std::span<const std::byte>)>;
using GiveBytes = std::function<Status(std::span<std::byte>)>;  // fills the span

// How many there are of a sequence of so many tokens. An empty one has none.
std::int64_t sequence_bytes(SequencePool& pool, std::int64_t length);

// Gives them to `take`, piece by piece. What `take` returns; OUT_OF_MEMORY_HOST; as
// Device::download. The sequence may be forked meanwhile.
Status write_sequence(const Sequence& sequence, const TakeBytes& take);

// A sequence of `length` tokens of these bytes, which `give` is asked for in order. What `give`
// returns; OUT_OF_MEMORY_*; as Device::upload.
Result<Sequence> read_sequence(std::shared_ptr<SequencePool> pool, std::int64_t length,
                               const GiveBytes& give);

}  // namespace arges::language
