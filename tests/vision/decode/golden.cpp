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

void expect_every_golden(const std::string& path) {
  const auto golden = read_golden_json(path);
  ASSERT_FALSE(golden.is_discarded()) << path;
  for (const auto& entry : golden["cases"]) {
    const std::string file = entry["file"];
    SCOPED_TRACE(file);
    const Image image = decode_golden("image/" + file);
    EXPECT_EQ(image.width, entry["width"].get<int>());
    EXPECT_EQ(image.height, entry["height"].get<int>());
    EXPECT_EQ(sha256(image.pixels), entry["sha256"].get<std::string>());
  }
}

}  // namespace arges::vision::testing
