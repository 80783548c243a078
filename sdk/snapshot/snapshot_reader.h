// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/base/checksum.h"
#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/runtime/model.h"

namespace arges::sdk::snapshot {

// What is wrong with a file, or with what it was saved from: MODEL_INVALID.
Status damaged(const std::string& what);

// Reads what Writer has written. Trusts no length: memory is set aside for what the file has left
// to give, and for no more.
class Reader {
 public:
  // `give` gives the next bytes of `size` in all; `stop` is asked before each of its calls, of a
  // mebibyte at most. Both must outlive the object.
  Reader(const GiveBytes& give, std::uint64_t size, const StopCheck& stop);

  // Bytes that have not been read, the checksum not among them.
  std::uint64_t left() const { return left_; }

  // MODEL_INVALID when fewer are left; what `give` or `stop` returns. So of all that follow.
  Status bytes(std::span<std::byte> to);
  template <typename T>
  Result<T> number() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    ARGES_RETURN_IF_ERROR(bytes(std::as_writable_bytes(std::span(&value, 1))));
    return value;
  }
  // How many elements follow: MODEL_INVALID when it is more than `most`, or more than can be left
  // when each has `least_bytes` at least.
  Result<std::uint64_t> count(std::uint64_t most, std::uint64_t least_bytes);
  // So many elements. Precondition: count() has said the number.
  template <typename T>
  Result<std::vector<T>> elements(std::uint64_t size) {
    std::vector<T> values(size);
    ARGES_RETURN_IF_ERROR(bytes(std::as_writable_bytes(std::span(values))));
    return values;
  }
  // A count and as many elements.
  template <typename T>
  Result<std::vector<T>> run(std::uint64_t most) {
    ARGES_ASSIGN_OR_RETURN(const std::uint64_t size, count(most, sizeof(T)));
    return elements<T>(size);
  }
  Status skip(std::uint64_t count);

  // Reads all that is left, and whether the checksum agrees: MODEL_INVALID when it does not.
  Status check_whole();

 private:
  const GiveBytes& give_;
  const StopCheck& stop_;
  std::uint64_t left_;
  bool has_checksum_;
  Checksum sum_;
};

}  // namespace arges::sdk::snapshot
