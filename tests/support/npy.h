// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace arges::testing {

// A golden array: float32, C order, as numpy.save writes it.
struct Npy {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// Throws on anything but a little-endian float32 C-order file: a golden is trusted, a typo is not.
inline Npy read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  char magic[8];
  std::uint16_t header_length = 0;
  file.read(magic, 8);
  file.read(reinterpret_cast<char*>(&header_length), 2);
  std::string header(header_length, '\0');
  file.read(header.data(), header_length);
  if (std::memcmp(magic, "\x93NUMPY\x01", 7) != 0 || header.find("'<f4'") == std::string::npos ||
      header.find("'fortran_order': False") == std::string::npos) {
    throw std::runtime_error(path + " is not a float32 C-order array");
  }
  Npy array;
  std::int64_t count = 1;
  const char* cursor = header.c_str() + header.find('(') + 1;
  while (*cursor != ')') {
    char* end = nullptr;
    const std::int64_t extent = std::strtoll(cursor, &end, 10);
    if (end == cursor) {
      ++cursor;
      continue;
    }
    array.shape.push_back(extent);
    count *= extent;
    cursor = end;
  }
  array.values.resize(static_cast<std::size_t>(count));
  file.read(reinterpret_cast<char*>(array.values.data()),
            static_cast<std::streamsize>(array.values.size() * sizeof(float)));
  if (!file) throw std::runtime_error(path + " is truncated");
  return array;
}

}  // namespace arges::testing
