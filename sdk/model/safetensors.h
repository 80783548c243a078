// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/model/limits.h"
#include "sdk/model/stored_type.h"

namespace arges::sdk {

// One tensor of a safetensors file. begin and end count from the start of the file; begin need
// not be a multiple of the element's size.
struct StoredTensor {
  std::string name;
  StoredType type;
  Shape shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// Bytes [offset, offset + count) of a file. IO.
using ReadBytes = std::function<Result<std::string>(std::uint64_t offset, std::uint64_t count)>;

// Reads the directory of one safetensors file of `file_bytes`, and nothing behind it: 8 bytes of
// little-endian header length, the header as JSON, then the data. Strict (reliability.md §1.2): the
// header fits the limits and the file, begins with '{', is UTF-8 without duplicate keys; every
// tensor has a known type, at most Shape::kMaxRank extents and a span of exactly shape × type
// bytes; together the spans cover the data without overlap, hole or rest. Tensor values are not
// looked at. Returns the tensors by ascending name; MODEL_INVALID, naming file and tensor,
// otherwise, and what `read` or `stop` returns, which is asked while a long header is read.
Result<std::vector<StoredTensor>> read_safetensors(const ReadBytes& read, std::uint64_t file_bytes,
                                                   std::string_view file_name,
                                                   const ModelLimits& limits,
                                                   const StopCheck& stop);

}  // namespace arges::sdk
