// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "kernels/base/status.h"
#include "sdk/model/format_policy.h"
#include "sdk/model/limits.h"

namespace arges::sdk {

// Called with bytes done and bytes in all, on the calling thread; false stops with CANCELLED.
using QuantiseProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

struct QuantiseOptions {
  FormatPolicy formats;       // "q8" or "q4" of find_format_policy
  int threads = 0;            // as ThreadPool takes them
  ModelLimits limits;         // of the source
  QuantiseProgress progress;  // may be empty
  // Tensors of a new file, unless one of them alone is larger.
  std::uint64_t shard_bytes = std::uint64_t{4} << 30;
};

// Writes the model folder `target` with the weights of `source` quantised, and everything else as
// it is there (sdk/quantise/README.md). The source is mapped and read tensor by tensor: memory is
// held for one weight and the tensors it is made of. The target is there at the end or not at all;
// what a run that ended early has made stays in "<target>.partial", and the same call goes on from
// there. Blocks. INVALID_ARGUMENT for a target that is the source or exists; UNSUPPORTED for a
// source that is quantised already; MODEL_INVALID for one that cannot be loaded or holds numbers
// that are not finite; BUSY; IO, also when the disk has too little room; CANCELLED, NOT_FOUND,
// OUT_OF_MEMORY_HOST.
Status quantise_model(const std::string& source, const std::string& target,
                      const QuantiseOptions& options);

}  // namespace arges::sdk
