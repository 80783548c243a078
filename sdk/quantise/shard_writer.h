// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "kernels/base/exec_context.h"
#include "sdk/files/new_file.h"
#include "sdk/model/checkpoint.h"
#include "sdk/quantise/output_plan.h"

namespace arges::sdk {

// Told of bytes as they are done with; what it returns ends the work.
using BytesDone = std::function<Status(std::uint64_t bytes)>;

// Makes new files out of a checkpoint that has been brought in.
class ShardWriter {
 public:
  // Weights are laid out by the context's backend, which makes panels. All must outlive it.
  ShardWriter(const kernels::ExecContext& context, const Checkpoint& source,
              const std::string& folder, const BytesDone& done)
      : context_(context), source_(source), folder_(folder), done_(done) {}

  // IO, OUT_OF_MEMORY_HOST, MODEL_INVALID for a weight with numbers that are not finite, what
  // `done` returns.
  Status write(const OutputShard& shard) const;

 private:
  Status write_panels(const OutputTensor& tensor, NewFile& file) const;
  Status write_bytes(std::span<const std::byte> bytes, NewFile& file) const;
  Result<Matrix> quantise(const OutputTensor& tensor) const;

  const kernels::ExecContext& context_;
  const Checkpoint& source_;
  const std::string& folder_;
  const BytesDone& done_;
};

// Whether the folder has this file already, whole: an earlier run made it of the same source.
bool is_written(const ModelFolder& folder, const OutputShard& shard);

}  // namespace arges::sdk
