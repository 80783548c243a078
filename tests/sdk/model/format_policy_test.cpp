// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/format_policy.h"

#include <gtest/gtest.h>

#include "sdk/model/loaded_model.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using testing::TempFolder;
using testing::TestContext;
using testing::tiny_text_model;
using testing::values_of;

DType type_of(WeightFormat format, std::vector<DType> stored) {
  std::vector<kernels::MatrixSource> sources;
  for (const DType dtype : stored) sources.push_back({nullptr, dtype});
  return type_in_memory(format, sources).dtype;
}

TEST(FormatPolicy, NarrowsOnlyWhatIsWide) {
  EXPECT_EQ(type_of(WeightFormat::kStored, {DType::kBF16}), DType::kBF16);
  EXPECT_EQ(type_of(WeightFormat::kStored, {DType::kF16, DType::kF16}), DType::kF16);
  EXPECT_EQ(type_of(WeightFormat::kF32, {DType::kBF16}), DType::kF32);
  EXPECT_EQ(type_of(WeightFormat::kBF16, {DType::kF32}), DType::kBF16);
  EXPECT_EQ(type_of(WeightFormat::kBF16, {DType::kF16}), DType::kF16);
}

TEST(FormatPolicy, WidensWhereTensorsOfOneWeightDisagree) {
  EXPECT_EQ(type_of(WeightFormat::kStored, {DType::kBF16, DType::kF32}), DType::kF32);
  EXPECT_EQ(type_of(WeightFormat::kBF16, {DType::kBF16, DType::kF16}), DType::kF32);
}

TEST(FormatPolicy, DotProductsRoundEverythingButRouterAndHead) {
  EXPECT_EQ(type_of(WeightFormat::kBF16Dot, {DType::kF32, DType::kBF16}), DType::kBF16);
  EXPECT_EQ(type_of(WeightFormat::kBF16Dot, {DType::kF16}), DType::kBF16);
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context(kernels::reference_backend());
  LoadOptions options;
  options.formats = find_format_policy("bf16_dot").value();
  const auto model = load_model(folder.path(), context.kernels, options);
  ASSERT_TRUE(model.ok());
  const language::DecoderWeights& decoder = (*model)->weights.decoder;
  for (const language::LayerWeights& layer : decoder.layers) {
    EXPECT_EQ(layer.moe.router.row_type, DType::kF32);
    EXPECT_EQ(layer.moe.experts[0].gate_up.row_type, DType::kBF16);
    EXPECT_EQ(layer.moe.experts[0].down.row_type, DType::kBF16);
    std::visit([](const auto& mixer) { EXPECT_EQ(mixer.in.row_type, DType::kBF16); }, layer.mixer);
    std::visit([](const auto& mixer) { EXPECT_EQ(mixer.out.row_type, DType::kBF16); }, layer.mixer);
  }
  EXPECT_EQ(decoder.lm_head.row_type, DType::kF32);
}

TEST(FormatPolicy, FewBitsLeaveRouterAndNormsAlone) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context;
  for (const std::string name : {"q8", "q4"}) {
    LoadOptions options;
    options.formats = find_format_policy(name).value();
    const auto model = load_model(folder.path(), context.kernels, options);
    ASSERT_TRUE(model.ok());
    const language::DecoderWeights& decoder = (*model)->weights.decoder;
    for (const language::LayerWeights& layer : decoder.layers) {
      EXPECT_EQ(layer.moe.router.row_type, DType::kF32);
      EXPECT_EQ(layer.moe.experts[0].gate_up.groups.bits, name == "q8" ? 8 : 4);
      EXPECT_EQ(layer.moe.experts[0].down.groups.bits, name == "q8" ? 8 : 4);
      std::visit([](const auto& mixer) { EXPECT_EQ(mixer.in.groups.bits, 8); }, layer.mixer);
      std::visit([](const auto& mixer) { EXPECT_EQ(mixer.out.groups.bits, 8); }, layer.mixer);
    }
    EXPECT_EQ(decoder.lm_head.groups.bits, 8);
  }
}

TEST(FormatPolicy, KnowsNoOtherNames) {
  EXPECT_FALSE(find_format_policy("int4"));
  EXPECT_FALSE(find_format_policy(""));
  EXPECT_FALSE(find_format_policy("Q8"));
}

TEST(FormatPolicy, AppliesToThePartItNames) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const TestContext context;
  LoadOptions options;
  const auto stored = load_model(folder.path(), context.kernels, options);
  options.formats[ModelPart::kExperts] = WeightFormat::kF32;
  options.formats[ModelPart::kRouter] = WeightFormat::kBF16;
  const auto model = load_model(folder.path(), context.kernels, options);
  ASSERT_TRUE(stored.ok() && model.ok());
  const language::LayerWeights& before = (*stored)->weights.decoder.layers[0];
  const language::LayerWeights& layer = (*model)->weights.decoder.layers[0];
  EXPECT_EQ(before.moe.experts[0].down.dtype, DType::kBF16);
  EXPECT_EQ(layer.moe.experts[0].down.dtype, DType::kF32);
  EXPECT_EQ(values_of(context, layer.moe.experts[0].down),
            values_of(context, before.moe.experts[0].down));
  EXPECT_EQ(before.moe.router.dtype, DType::kF32);
  EXPECT_EQ(layer.moe.router.dtype, DType::kBF16);
  EXPECT_EQ(std::get<language::LightningWeights>(layer.mixer).in.dtype, DType::kBF16);
}

}  // namespace
}  // namespace arges::sdk
