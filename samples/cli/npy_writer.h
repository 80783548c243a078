// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "samples/cli/output_file.h"

namespace arges::cli {

// Writes a float32 array as numpy.load reads it (.npy version 1, little endian, C order), piece by
// piece, so that an array need not fit in memory. The file appears with close(), whole. Throws
// Failure, naming the path.
class NpyWriter {
 public:
  NpyWriter(std::string path, const std::vector<std::int64_t>& shape);

  // The next elements in C order.
  void append(std::span<const float> values);
  // After the last append. Precondition: the shape has been filled.
  void close();

 private:
  OutputFile file_;
};

}  // namespace arges::cli
