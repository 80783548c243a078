// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace arges::cli {

// A file that is there whole or not at all: what stood at the path stays until the first write, and
// destruction without finish() removes what was begun. A device, a pipe or a link is only written
// to. Throws Failure, naming the path.
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
  void begin();
  [[noreturn]] void fail() const;

  const std::string path_;
  const bool existed_;
  std::ofstream file_;
  bool begun_ = false;
  bool finished_ = false;
};

}  // namespace arges::cli
