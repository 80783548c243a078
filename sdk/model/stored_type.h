// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "kernels/base/dtype.h"

namespace arges::sdk {

// An element type that a safetensors header may name. Types without a DType may stand in a file
// but not be loaded.
struct StoredType {
  std::string_view name;       // as in the file, e.g. "BF16"; static storage
  unsigned bits = 0;           // of one element; 4 and 6 occur
  std::optional<DType> dtype;  // the type as tensors carry it
};

// nullptr for a name the format does not define; otherwise static storage.
const StoredType* find_stored_type(std::string_view name);

// The stored type of a DType.
const StoredType& stored_type_of(DType dtype);

}  // namespace arges::sdk
