// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace arges::cli {

// Writes a float32 array as numpy.load reads it (.npy version 1, little endian, C order), piece by
// piece, so that an array need not fit in memory. Throws Failure, naming the path.
class NpyWriter {
 public:
  NpyWriter(std::string path, const std::vector<std::int64_t>& shape);

  // The next elements in C order.
  void append(std::span<const float> values);
  // After the last append: writes what is buffered. Precondition: the shape has been filled.
  void close();

 private:
  void require_good() const;

  std::string path_;
  std::ofstream file_;
};

}  // namespace arges::cli
