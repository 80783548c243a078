// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "kernels/base/status.h"
#include "sdk/files/file_descriptor.h"

namespace arges::sdk {

// A file under way: under its own name it is there whole, and on the disk, or not at all; until
// then it is called so with ".part" behind, and locked. What is not finished is removed. Movable.
class NewFile {
 public:
  static constexpr const char* kUnfinished = ".part";

  // In a folder that is there. What a crash left of it under way is written over. BUSY while
  // another writes it, in this process or in another; IO.
  static Result<NewFile> create(const std::string& folder, const std::string& name);
  ~NewFile();
  NewFile(NewFile&& other) = default;
  NewFile& operator=(NewFile&&) = delete;

  // Behind what was written before. IO.
  Status write(std::span<const std::byte> bytes);
  // After the last write: it takes the place of a file of its name. IO: what was there is there
  // still, unless the sentence says otherwise.
  Status finish();

 private:
  NewFile(FileDescriptor descriptor, std::string folder, std::string name);
  std::string path() const { return folder_ + "/" + name_; }

  FileDescriptor descriptor_;  // closed once it is finished, or moved away
  std::string folder_;
  std::string name_;
};

// A whole small file; as NewFile.
Status write_file(const std::string& folder, const std::string& name, const std::string& text);

}  // namespace arges::sdk
