// SPDX-License-Identifier: Apache-2.0
#include "tests/vision/decode/golden.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "vision/decode/decode.h"

namespace arges::vision::testing {

FileBytes read_golden(const std::string& path) {
  std::ifstream file(std::string(ARGES_GOLDEN_DIR) + "/" + path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

nlohmann::json read_golden_json(const std::string& path) {
  std::ifstream file(std::string(ARGES_GOLDEN_DIR) + "/" + path);
  return nlohmann::json::parse(file, nullptr, false);
}

Image decode_golden(const std::string& path) {
  auto image = decode_image(read_golden(path), ImageLimits{});
  EXPECT_TRUE(image.ok()) << path << ": " << image.status().message();
  return image.ok() ? *image : Image{};
}

}  // namespace arges::vision::testing
