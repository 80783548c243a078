// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "sdk/model/loaded_model.h"
#include "tests/sdk/model/test_context.h"

namespace arges::sdk {
namespace {

namespace fs = std::filesystem;
using testing::TestContext;
using testing::values_of;

// Every folder with a config.json under tests/golden.
std::vector<std::string> golden_models() {
  std::vector<std::string> models;
  for (const char* part : {"/text", "/vl"}) {
    std::error_code absent;
    for (const auto& entry :
         fs::recursive_directory_iterator(std::string(ARGES_GOLDEN_DIR) + part, absent)) {
      if (entry.path().filename() == "config.json") {
        models.push_back(entry.path().parent_path().string());
      }
    }
  }
  return models;
}

Result<std::unique_ptr<LoadedModel>> load(const std::string& folder, const TestContext& context) {
  LoadOptions options;
  options.weights_only = true;
  return load_model(folder, context.kernels, options);
}

TEST(GoldenCheckpoints, LoadInEveryBackend) {
  const auto models = golden_models();
  if (models.empty()) GTEST_SKIP() << "tests/golden has no models";
  for (const auto* table : {&kernels::reference_backend(), &kernels::cpu_backend()}) {
    const TestContext context(*table);
    for (const std::string& folder : models) {
      const auto model = load(folder, context);
      EXPECT_TRUE(model.ok()) << folder << ": " << model.status().message();
    }
  }
}

// The two folders hold one model under the published and the native names and expert layout.
TEST(GoldenCheckpoints, BothVisionLayoutsGiveTheSameWeights) {
  const std::string root = std::string(ARGES_GOLDEN_DIR) + "/vl/";
  if (!fs::exists(root + "model_native")) GTEST_SKIP() << "tests/golden/vl has no models";
  const TestContext context;
  const auto original = load(root + "model_original", context);
  const auto native = load(root + "model_native", context);
  ASSERT_TRUE(original.ok()) << original.status().message();
  ASSERT_TRUE(native.ok()) << native.status().message();
  const auto& a = (*original)->weights;
  const auto& b = (*native)->weights;
  EXPECT_EQ((*original)->census.total.parameters, (*native)->census.total.parameters);
  for (std::size_t layer = 0; layer < a.decoder.layers.size(); ++layer) {
    const auto& experts = a.decoder.layers[layer].moe.experts;
    for (std::size_t e = 0; e < experts.size(); ++e) {
      const auto& other = b.decoder.layers[layer].moe.experts[e];
      EXPECT_EQ(values_of(context, experts[e].gate_up), values_of(context, other.gate_up));
      EXPECT_EQ(values_of(context, experts[e].down), values_of(context, other.down));
    }
  }
  EXPECT_EQ(values_of(context, a.decoder.lm_head), values_of(context, b.decoder.lm_head));
  EXPECT_EQ(values_of(context, a.image_encoder.vit.patch_embedding),
            values_of(context, b.image_encoder.vit.patch_embedding));
  EXPECT_EQ((*original)->config.text.rotary_dim, (*native)->config.text.rotary_dim);
}

}  // namespace
}  // namespace arges::sdk
