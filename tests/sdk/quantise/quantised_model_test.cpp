// SPDX-License-Identifier: Apache-2.0
// What loading makes of a quantised folder, honest and damaged.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "kernels/base/panel_groups.h"
#include "sdk/model/inspect.h"
#include "sdk/model/loaded_model.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/quantise/quantised_folder.h"

namespace arges::sdk {
namespace {

namespace fs = std::filesystem;
using testing::QuantisedFolder;
using testing::TestContext;
using testing::TestModel;
using testing::tiny_text_model;
using testing::tiny_vl_model;

using Model = std::unique_ptr<LoadedModel>;

Result<Model> load(const std::string& folder, const std::string& format = "auto",
                   FileAccess access = FileAccess::kMap) {
  static const TestContext context(kernels::cpu_backend());
  LoadOptions options;
  options.formats = *find_format_policy(format);
  options.access = access;
  return load_model(folder, context.kernels, options);
}

std::string bytes_of(const Matrix& weight) {
  const Shape shape = PanelGroups{weight.groups}.shape(weight.rows, weight.cols);
  return {static_cast<const char*>(weight.data), static_cast<std::size_t>(shape.count())};
}

// All that `--weights` quantises, in order.
std::vector<const Matrix*> quantised_weights(const language::DecoderWeights& decoder) {
  std::vector<const Matrix*> weights{&decoder.lm_head};
  for (const language::LayerWeights& layer : decoder.layers) {
    std::visit(
        [&](const auto& mixer) {
          weights.insert(weights.end(), {&mixer.in, &mixer.out});
        },
        layer.mixer);
    for (const kernels::Expert& expert : layer.moe.experts) {
      weights.insert(weights.end(), {&expert.gate_up, &expert.down});
    }
  }
  return weights;
}

// A model whose embedding table is its head, too.
TestModel tied_model() {
  TestModel model = tiny_text_model();
  model.config["tie_word_embeddings"] = true;
  model.tensors.erase("lm_head.weight");
  return model;
}

class QuantisedModel : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Formats, QuantisedModel, ::testing::Values("q8", "q4"));

TEST_P(QuantisedModel, HoldsTheBytesThatPackingAtLoadMakes) {
  for (const TestModel& model : {tiny_text_model(), tiny_vl_model(), tied_model()}) {
    const QuantisedFolder folder(model, GetParam());
    for (const FileAccess access : {FileAccess::kMap, FileAccess::kRead}) {
      const auto packed = load(folder.source(), GetParam());
      const auto mapped = load(folder.path(), "auto", access);
      ASSERT_TRUE(packed.ok() && mapped.ok()) << mapped.status().message();
      const auto expected = quantised_weights((*packed)->weights.decoder);
      const auto found = quantised_weights((*mapped)->weights.decoder);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(found[i]->groups, expected[i]->groups);
        ASSERT_EQ(found[i]->rows, expected[i]->rows);
        EXPECT_EQ(bytes_of(*found[i]), bytes_of(*expected[i])) << "weight " << i;
        EXPECT_EQ(found[i]->owner, nullptr) << "weight " << i << " was copied";
      }
      EXPECT_EQ((*mapped)->weights.bytes, (*packed)->weights.bytes);
      EXPECT_EQ((*mapped)->formats, (*packed)->formats);
    }
  }
}

TEST_P(QuantisedModel, TakesItsOwnFormatByNameAndNoOther) {
  const QuantisedFolder folder(tiny_text_model(), GetParam());
  for (const std::string format : {"auto", "stored", "q8", "q4", "bf16_dot"}) {
    const bool is_own = format == "auto" || format == "stored" || format == GetParam();
    const Status status = load(folder.path(), format).status();
    EXPECT_EQ(status.code(), is_own ? StatusCode::kOk : StatusCode::kUnsupported) << format;
    EXPECT_EQ(status.message().find("quantised already") == std::string::npos, is_own) << format;
  }
}

TEST_P(QuantisedModel, IsInspected) {
  const TestModel model = tiny_vl_model();
  const QuantisedFolder folder(model, GetParam());
  const auto before = inspect_model(folder.source());
  const auto after = inspect_model(folder.path());
  ASSERT_TRUE(before.ok() && after.ok()) << after.status().message();
  EXPECT_EQ(after->census.total.parameters, before->census.total.parameters);
  const auto experts = static_cast<std::size_t>(ModelPart::kExperts);
  EXPECT_EQ(after->census.parts[experts].tensors, 2 * 2 * 2) << "of two layers, two experts";
  EXPECT_EQ(after->notes, std::vector<std::string>()) << "the index gives the right sum";
  const std::string bits = GetParam() == "q8" ? "experts 8 bits" : "experts 4 bits";
  EXPECT_NE(report_text(*after).find(bits), std::string::npos) << report_text(*after);
  EXPECT_EQ(report_text(*before).find(" bits"), std::string::npos);
}

TEST_P(QuantisedModel, IsInspectedByItsIndexAlone) {
  const QuantisedFolder folder(tiny_text_model(), GetParam());
  const auto whole = inspect_model(folder.path());
  for (const auto& [name, bytes] : testing::files_of(folder.path())) {
    if (name.ends_with(".safetensors")) fs::remove(folder.path() + "/" + name);
  }
  const auto lone = inspect_model(folder.path());
  ASSERT_TRUE(whole.ok() && lone.ok()) << lone.status().message();
  EXPECT_EQ(lone->census.total.parameters, whole->census.total.parameters);
  EXPECT_EQ(lone->census.total.bytes, whole->census.total.bytes);
}

bool is_quantised(const std::string& name) {
  if (!name.starts_with("language_model.")) return false;
  for (const char* part : {"_proj.weight", "output_gate", ".experts.", "lm_head"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST(QuantisedModelFiles, KeepWhatIsNotQuantised) {
  const TestModel model = tiny_vl_model();
  const QuantisedFolder folder(model, "q4");
  const TestModel made = testing::read_model(folder.path());
  for (const auto& [name, tensor] : model.tensors) {
    ASSERT_EQ(made.tensors.contains(name), !is_quantised(name)) << name;
    if (is_quantised(name)) continue;
    EXPECT_EQ(made.tensors.at(name).dtype, tensor.dtype) << name;
    EXPECT_EQ(made.tensors.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(made.tensors.at(name).bytes, tensor.bytes) << name;
  }
  EXPECT_EQ(made.config, model.config);
  for (const auto& [name, bytes] : model.files) EXPECT_EQ(made.files.at(name), bytes) << name;
}

TEST(QuantisedModelFiles, AreAsManyAsTheirSizeDemands) {
  const QuantisedFolder one(tiny_text_model(), "q8"), many(tiny_text_model(), "q8", 4096);
  EXPECT_EQ(inspect_model(one.path())->files, 1);
  EXPECT_GT(inspect_model(many.path())->files, 3);
  const auto a = load(one.path()), b = load(many.path());
  ASSERT_TRUE(a.ok() && b.ok()) << b.status().message();
  const auto expected = quantised_weights((*a)->weights.decoder);
  const auto found = quantised_weights((*b)->weights.decoder);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(bytes_of(*found[i]), bytes_of(*expected[i]));
  }
}

// One tensor of each kind.
class DamagedWeight : public ::testing::TestWithParam<std::string> {
 protected:
  void expect_invalid(const std::string& folder) const {
    const Status status = load(folder).status();
    EXPECT_EQ(status.code(), StatusCode::kModelInvalid) << status.message();
    EXPECT_NE(status.message().find(GetParam()), std::string::npos) << status.message();
  }
  void expect_invalid(const TestModel& model) const {
    const testing::TempFolder changed;
    write_model(model, changed);
    expect_invalid(changed.path());
  }

  const QuantisedFolder folder_{tiny_text_model(), "q4"};
  TestModel model_ = testing::read_model(folder_.path());
  testing::TestTensor& tensor_ = model_.tensors.at(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Kinds, DamagedWeight,
                         ::testing::Values("lm_head", "model.layers.0.self_attn.in",
                                           "model.layers.1.self_attn.o_proj",
                                           "model.layers.1.block_sparse_moe.experts.1.gate_up",
                                           "model.layers.0.block_sparse_moe.experts.0.w2"));

TEST_P(DamagedWeight, WithAScaleThatIsNoNumberIsRefused) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::string bytes(sizeof bad, '\0');
    std::memcpy(bytes.data(), &bad, sizeof bad);
    folder_.damage(GetParam(), 60, bytes);
    expect_invalid(folder_.path());
  }
}

TEST_P(DamagedWeight, MustBeThere) {
  model_.tensors.erase(GetParam());
  expect_invalid(model_);
}

// Groups of 32, a group or a panel too few, the bits of another format, no groups at all.
TEST_P(DamagedWeight, MustHaveTheShapeOfItsGroups) {
  using Extents = std::vector<std::int64_t>;
  const Extents shape = tensor_.shape;
  ASSERT_EQ(shape.size(), 3u);
  for (const Extents& wrong :
       {Extents{shape[0], 2 * shape[1], 64 + (shape[2] - 64) / 2},
        Extents{shape[0], shape[1] - 1, shape[2]}, Extents{shape[0] - 1, shape[1], shape[2]},
        Extents{shape[0], shape[1], shape[2] == 1088 ? 576 : 1088},
        Extents{shape[0] * shape[1] * shape[2]}}) {
    std::int64_t bytes = 1;
    for (const std::int64_t extent : wrong) bytes *= extent;
    tensor_.shape = wrong;
    tensor_.bytes.assign(static_cast<std::size_t>(bytes), '\0');
    expect_invalid(model_);
  }
}

TEST_P(DamagedWeight, MustBeBytes) {
  tensor_.dtype = "I8";
  expect_invalid(model_);
}

// A file that ends early: its last tensor is named.
TEST(DamagedFile, ThatIsCutShortIsRefused) {
  const QuantisedFolder folder(tiny_text_model(), "q8", 1);  // a tensor a file
  const std::string tensor = "model.layers.0.self_attn.in";
  const std::string file = folder.file_of(tensor);
  fs::resize_file(file, fs::file_size(file) - 1);
  const Status status = load(folder.path()).status();
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid);
  EXPECT_NE(status.message().find(tensor), std::string::npos) << status.message();
}

// Copied to another place in a file of somebody else's making, it is only slower to open.
TEST(DamagedFile, AtOddAddressesStillLoads) {
  const QuantisedFolder folder(tiny_text_model(), "q8");
  const auto expected = load(folder.path());
  const TestModel model = testing::read_model(folder.path());
  for (const std::size_t padding : {1, 2, 7}) {
    const testing::TempFolder odd;
    odd.write("config.json", model.config.dump());
    odd.write("model.safetensors", testing::safetensors_of(model.tensors, padding));
    for (const auto& [name, bytes] : model.files) odd.write(name, bytes);
    const auto found = load(odd.path());
    ASSERT_TRUE(expected.ok() && found.ok()) << found.status().message();
    const auto a = quantised_weights((*expected)->weights.decoder);
    const auto b = quantised_weights((*found)->weights.decoder);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(bytes_of(*a[i]), bytes_of(*b[i]));
  }
}

TEST(QuantisedModelRanks, AreRefused) {
  const QuantisedFolder folder(tiny_text_model(), "q8");
  const TestContext context(kernels::cpu_backend());
  LoadOptions options;
  options.shards = {2, 0};
  const Status status = load_model(folder.path(), context.kernels, options).status();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("quantised in the files"), std::string::npos);
}

}  // namespace
}  // namespace arges::sdk
