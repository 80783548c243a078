// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/inspect.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "language/state/sequence.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using nlohmann::json;
using testing::TempFolder;
using testing::TestModel;
using testing::tiny_text_model;
using testing::tiny_vl_model;

// config.json and an index over two absent shards.
void write_index_only(const TestModel& model, const TempFolder& folder) {
  json map = json::object();
  for (const auto& [name, tensor] : model.tensors) {
    map[name] = map.size() % 2 == 0 ? "1.safetensors" : "2.safetensors";
  }
  folder.write("config.json", model.config.dump());
  folder.write("model.safetensors.index.json", json{{"weight_map", map}}.dump());
}

TEST(Inspect, CountsTheTensorsOfACheckpoint) {
  const TempFolder folder;
  const TestModel model = tiny_vl_model();
  write_model(model, folder);
  const auto report = inspect_model(folder.path());
  ASSERT_TRUE(report.ok()) << report.status().message();
  std::int64_t bytes = 0;
  for (const auto& [name, tensor] : model.tensors) {
    bytes += static_cast<std::int64_t>(tensor.bytes.size());
  }
  EXPECT_EQ(report->census.total.tensors, static_cast<std::int64_t>(model.tensors.size()));
  EXPECT_EQ(report->census.total.bytes, bytes);
  EXPECT_TRUE(report->weights_present);
  std::int64_t parts = 0;
  for (const WeightTally& part : report->census.parts) parts += part.bytes;
  EXPECT_EQ(parts, bytes);
}

TEST(Inspect, AnIndexAloneGivesTheSameNumbers) {
  const TempFolder whole, lone;
  write_model(tiny_vl_model(), whole);
  write_index_only(tiny_vl_model(), lone);
  const auto a = inspect_model(whole.path());
  const auto b = inspect_model(lone.path());
  ASSERT_TRUE(a.ok() && b.ok()) << b.status().message();
  EXPECT_FALSE(b->weights_present);
  EXPECT_EQ(b->files, 2);
  EXPECT_EQ(a->census.total.tensors, b->census.total.tensors);
  EXPECT_EQ(a->census.total.parameters, b->census.total.parameters);
  EXPECT_EQ(a->census.total.bytes, b->census.total.bytes);
}

TEST(Inspect, AnIndexMustNameExactlyTheModelsTensors) {
  for (const bool extra : {true, false}) {
    const TempFolder folder;
    TestModel model = tiny_text_model();
    if (extra) {
      add_tensor(model.tensors, "model.layers.2.input_layernorm.weight", {8});
    } else {
      model.tensors.erase("model.layers.1.self_attn.k_proj.weight");
    }
    write_index_only(model, folder);
    EXPECT_EQ(inspect_model(folder.path()).status().code(), StatusCode::kModelInvalid);
  }
}

TEST(Inspect, SomeShardsOfManyAreAnIncompleteDownload) {
  const TempFolder folder;
  write_index_only(tiny_text_model(), folder);
  folder.write("1.safetensors", "x");
  EXPECT_EQ(inspect_model(folder.path()).status().code(), StatusCode::kNotFound);
}

TEST(Inspect, ATotalSizeThatDoesNotFitIsNoted) {
  const TempFolder folder;
  write_index_only(tiny_text_model(), folder);
  json index = json::parse(testing::read_bytes(folder.file("model.safetensors.index.json")));
  index["metadata"]["total_size"] = 1;
  folder.write("model.safetensors.index.json", index.dump());
  const auto report = inspect_model(folder.path());
  ASSERT_TRUE(report.ok()) << report.status().message();
  ASSERT_EQ(report->notes.size(), 1u);
  EXPECT_NE(report_text(*report).find("total_size of 1 bytes"), std::string::npos);
}

TEST(Inspect, SizesOfASessionAreThoseOfItsState) {
  const TempFolder folder;
  write_model(tiny_text_model(), folder);
  const auto report = inspect_model(folder.path());
  ASSERT_TRUE(report.ok()) << report.status().message();
  const auto pool =
      language::SequencePool::create(report->config.text, kernels::reference_backend()).value();
  language::Sequence sequence(pool);
  ASSERT_TRUE(sequence.reserve(pool->page_tokens()).ok());
  EXPECT_EQ(pool->bytes_in_use(),
            report->state_bytes + pool->page_tokens() * report->kv_bytes_per_token);
}

TEST(Inspect, AbsurdConfigsBesideAnIndexAreRefusedWithoutWork) {
  const TempFolder folder;
  TestModel model = tiny_text_model();
  model.config["num_local_experts"] = 4096;
  model.config["num_hidden_layers"] = 1024;
  model.config["attn_type_list"] = std::vector<int>(1024, 0);
  write_index_only(model, folder);
  EXPECT_EQ(inspect_model(folder.path()).status().code(), StatusCode::kModelInvalid);
}

TEST(Inspect, ReportsTheRealM1Manifest) {
  const std::string folder = std::string(ARGES_SHARED_DATA_DIR) + "/minimax-m1";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "../shared/data/minimax-m1 is not there";
  const auto report = inspect_model(folder);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->census.total.tensors, 8243);
  EXPECT_EQ(report->census.total.parameters, 456'089'655'296);
  EXPECT_EQ(report->census.total.bytes, 912'210'767'872);
  EXPECT_EQ(report->index_bytes, 912'210'767'872u);
  EXPECT_EQ(report->files, 413);
  EXPECT_EQ(report->state_bytes, 293'601'280);
  EXPECT_TRUE(report->notes.empty());
  const std::string text = report_text(*report);
  for (const char* number :
       {"8,243 tensors", "456,089,655,296 parameters", "912,210,767,872 bytes"}) {
    EXPECT_NE(text.find(number), std::string::npos) << text;
  }
  EXPECT_EQ(json::parse(report_json(*report))["parameters"], 456'089'655'296);
}

}  // namespace
}  // namespace arges::sdk
