// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/base/checksum.h"
#include "kernels/base/status.h"
#include "sdk/runtime/model.h"

namespace arges::sdk::snapshot {

// Writes numbers and runs of them one behind the other, and their checksum. The first failure
// sticks: whoever has written everything looks at finish().
class Writer {
 public:
  // `take` gets the bytes, some of them at a time.
  explicit Writer(TakeBytes take) : take_(std::move(take)) {}

  template <typename T>
  void number(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes(std::as_bytes(std::span(&value, 1)));
  }
  // With its count before it.
  template <typename T>
  void run(std::span<const T> values) {
    number(static_cast<std::uint64_t>(values.size()));
    bytes(std::as_bytes(values));
  }
  void bytes(std::span<const std::byte> bytes);
  // The same for who gives them piece by piece: what `take` has failed with.
  Status piece(std::span<const std::byte> bytes);
  void fail(Status status);

  // Writes the checksum. The first failure of all.
  Status finish();

 private:
  void flush();

  static constexpr std::size_t kBuffer = 64 * 1024;

  const TakeBytes take_;
  std::vector<std::byte> buffer_;  // gathers small pieces
  Checksum sum_;
  Status status_;
};

}  // namespace arges::sdk::snapshot
