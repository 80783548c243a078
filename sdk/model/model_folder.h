// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernels/base/status.h"
#include "sdk/model/model_file.h"

namespace arges::sdk {

// A plain file name: not empty, at most 255 bytes, no '/', no backslash, no NUL, not "." or "..".
bool is_plain_file_name(std::string_view name);

// The folder a model is read from. Files are reached by plain names only, and a symbolic link is
// followed only to a file inside the folder, so nothing in a model can make the library read
// elsewhere. A value; holds no descriptor.
class ModelFolder {
 public:
  // NOT_FOUND if there is no such folder, IO if this process may not look into it.
  static Result<ModelFolder> open(const std::string& path);

  const std::string& path() const { return path_; }
  // The folder's last path component, for reports.
  std::string name() const;

  // True for anything of that name, a dangling link included: it is then an error to open it, not
  // a file that happens to be absent.
  bool has(std::string_view name) const;

  // Opens a file. MODEL_INVALID for a name that is not plain, a link that leaves the folder or
  // anything but a regular file; NOT_FOUND; IO.
  Result<ModelFile> open_file(std::string_view name) const;

  // A whole small file, copied; MODEL_INVALID if it is longer than max_bytes, which is looked at
  // before memory is set aside.
  Result<std::string> read_text(std::string_view name, std::uint64_t max_bytes) const;

 private:
  Result<std::string> resolve(std::string_view name) const;

  std::string path_;  // absolute, without links
};

}  // namespace arges::sdk
