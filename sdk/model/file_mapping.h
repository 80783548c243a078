// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "kernels/base/memory.h"
#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/model/model_file.h"

namespace arges::sdk {

// How a file's bytes are brought in.
enum class FileAccess {
  kMap,   // pages are read when touched; a file cut short meanwhile raises SIGBUS in the reader
  kRead,  // the whole file is copied into memory; later changes to it do no harm
};

// The bytes of one regular file, read only. Movable; the bytes stay put when it moves and live as
// long as it does.
class FileMapping {
 public:
  FileMapping() = default;
  ~FileMapping();
  FileMapping(FileMapping&& other) noexcept;
  FileMapping& operator=(FileMapping&& other) noexcept;

  // All of a file, which may be closed afterwards. `stop` is asked while it is copied. IO,
  // OUT_OF_MEMORY_HOST, what `stop` returns.
  static Result<FileMapping> of(const ModelFile& file, FileAccess access, const StopCheck& stop);

  std::span<const std::byte> bytes() const { return {data_, size_}; }

  // Lets the system take back the pages of a part of bytes(); they are read again if touched.
  // Does nothing for a file that was read into memory.
  void advise_unneeded(std::span<const std::byte> part) const;

 private:
  Status map(const ModelFile& file);
  Status read(const ModelFile& file, const StopCheck& stop);

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  bool mapped_ = false;
  Memory copy_;  // holds the bytes under kRead
};

}  // namespace arges::sdk
