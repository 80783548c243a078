// SPDX-License-Identifier: Apache-2.0
#include "tests/sdk/model/test_files.h"

#include <unistd.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "kernels/base/dtype.h"

namespace arges::sdk::testing {
namespace fs = std::filesystem;

TempFolder::TempFolder() {
  std::string pattern = (fs::temp_directory_path() / "arges-test-XXXXXX").string();
  path_ = fs::canonical(::mkdtemp(pattern.data())).string();
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void TempFolder::write(std::string_view name, std::string_view bytes) const {
  std::ofstream out(file(name), std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string safetensors_of(std::string_view header, std::string_view data) {
  std::string file;
  for (int byte = 0; byte < 8; ++byte) {
    file += static_cast<char>((static_cast<std::uint64_t>(header.size()) >> (8 * byte)) & 0xff);
  }
  return file.append(header).append(data);
}

std::string safetensors_of(const TestTensors& tensors, std::size_t header_padding) {
  nlohmann::json header = nlohmann::json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
    data += tensor.bytes;
  }
  return safetensors_of(header.dump() + std::string(header_padding, ' '), data);
}

std::string ramp(std::string_view dtype, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = static_cast<float>(i % 256) / 64.0F;
    char element[4];
    std::size_t size = 4;
    if (dtype == "BF16") {
      const std::uint16_t bits = f32_to_bf16(value);
      std::memcpy(element, &bits, size = 2);
    } else if (dtype == "F16") {
      // Exponent and mantissa re-biased; every value here is zero or a normal half.
      const auto f32 = std::bit_cast<std::uint32_t>(value);
      const auto bits = static_cast<std::uint16_t>(f32 == 0 ? 0 : (f32 >> 13) - (112U << 10));
      std::memcpy(element, &bits, size = 2);
    } else {
      std::memcpy(element, &value, size);
    }
    bytes.append(element, size);
  }
  return bytes;
}

}  // namespace arges::sdk::testing
