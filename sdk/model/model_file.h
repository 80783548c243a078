// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernels/base/status.h"
#include "sdk/files/file_descriptor.h"

namespace arges::sdk {

// One regular file, open for reading; what is read of it is copied, so that nothing that becomes of
// the file meanwhile does harm. Movable. Any number of threads may read.
class ModelFile {
 public:
  // The last component of the path may not be a symbolic link (ModelFolder resolves links first),
  // and a named pipe is not waited for. NOT_FOUND, MODEL_INVALID for what is no regular file, IO.
  static Result<ModelFile> open(const std::string& path);

  // Bytes, when it was opened.
  std::uint64_t size() const { return size_; }
  // For calls of the system that need it.
  int descriptor() const { return descriptor_.get(); }

  // Fills `out` with bytes from `offset` on. IO when the file ends before or cannot be read.
  Status read(std::uint64_t offset, std::byte* out, std::uint64_t count) const;
  // Memory for `count` bytes is set aside first: precondition: a limit has been checked.
  Result<std::string> read_text(std::uint64_t offset, std::uint64_t count) const;

 private:
  explicit ModelFile(int descriptor) : descriptor_(descriptor) {}

  FileDescriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace arges::sdk
