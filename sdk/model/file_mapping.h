// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "kernels/base/memory.h"
#include "kernels/base/status.h"

namespace arges::sdk {

// How a file's bytes are brought in.
enum class FileAccess {
  kMap,   // pages are read when touched; a file cut short meanwhile raises SIGBUS in the reader
  kRead,  // the whole file is copied into memory at open; later changes to it do no harm
};

// The bytes of one regular file, read only. Movable; the bytes stay put when it moves and live as
// long as it does.
class FileMapping {
 public:
  FileMapping() = default;
  ~FileMapping();
  FileMapping(FileMapping&& other) noexcept;
  FileMapping& operator=(FileMapping&& other) noexcept;

  // Opens a file by path. The last component may not be a symbolic link (ModelFolder resolves
  // links first). NOT_FOUND, MODEL_INVALID for what is no regular file, IO, OUT_OF_MEMORY_HOST.
  static Result<FileMapping> open(const std::string& path, FileAccess access);

  std::span<const std::byte> bytes() const { return {data_, size_}; }

  // Lets the system take back the pages of a part of bytes(); they are read again if touched.
  // Does nothing for a file that was read into memory.
  void advise_unneeded(std::span<const std::byte> part) const;

 private:
  Status map(int descriptor);
  Status read(int descriptor);

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  bool mapped_ = false;
  Memory copy_;  // holds the bytes under kRead
};

}  // namespace arges::sdk
