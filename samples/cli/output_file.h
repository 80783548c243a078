// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace arges::cli {

// A file that is there whole or not at all: what is written gathers in PATH.part, which finish()
// gives its name and destruction without finish() removes. What already stands at PATH and is no
// plain file (a device, a pipe, a link) is written to directly. Throws Failure, naming the path.
class OutputFile {
 public:
  // Opens it, so that a path that cannot be written is known before work is done for it.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);
  // After the last write.
  void finish();

 private:
  [[noreturn]] void fail() const;

  const std::string path_;
  std::string part_;  // the name it has until finish(); path_ itself when written to directly
  std::ofstream file_;
  bool finished_ = false;
};

}  // namespace arges::cli
