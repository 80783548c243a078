// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace arges::sdk::testing {

// A folder of the test's own that disappears with it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  void write(std::string_view name, std::string_view bytes) const;

 private:
  std::string path_;
};

// A whole file; empty when it cannot be read.
std::string read_bytes(const std::string& path);

struct TestTensor {
  std::string dtype = "F32";
  std::vector<std::int64_t> shape;
  std::string bytes;
};
using TestTensors = std::map<std::string, TestTensor>;

// The 8-byte length, a header (as it is) and data.
std::string safetensors_of(std::string_view header, std::string_view data);

// A well-formed file of these tensors. header_padding spaces end the header, so that data may begin
// at any alignment.
std::string safetensors_of(const TestTensors& tensors, std::size_t header_padding = 0);

// The whole numbers 0, 1, 2 … over 64 as elements of a type; exact in F32, F16 and BF16 below 256.
std::string ramp(std::string_view dtype, const std::vector<std::int64_t>& shape);

}  // namespace arges::sdk::testing
