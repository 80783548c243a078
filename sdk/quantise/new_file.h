// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "kernels/base/status.h"
#include "sdk/model/file_descriptor.h"

namespace arges::sdk {

// A file under way: under its own name it is there whole, and on the disk, or not at all; until
// then it is called so with ".part" behind. Movable.
class NewFile {
 public:
  static constexpr const char* kUnfinished = ".part";

  // In a folder that is there. What an earlier run left of it under way is written over. IO.
  static Result<NewFile> create(const std::string& folder, const std::string& name);

  // Behind what was written before. IO.
  Status write(std::span<const std::byte> bytes);
  // After the last write. IO.
  Status finish();

 private:
  NewFile(int descriptor, std::string folder, std::string name);

  FileDescriptor descriptor_;
  std::string folder_;
  std::string name_;
};

// A whole small file; IO.
Status write_file(const std::string& folder, const std::string& name, const std::string& text);

}  // namespace arges::sdk
