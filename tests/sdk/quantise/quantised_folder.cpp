// SPDX-License-Identifier: Apache-2.0
#include "tests/sdk/quantise/quantised_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "sdk/model/checkpoint.h"

namespace arges::sdk::testing {
namespace fs = std::filesystem;
namespace {

nlohmann::json index_of(const std::string& folder) {
  return nlohmann::json::parse(read_bytes(folder + "/model.safetensors.index.json"));
}

}  // namespace

QuantiseOptions quantise_options(const std::string& format, std::uint64_t shard_bytes) {
  QuantiseOptions options;
  options.formats = *find_format_policy(format);
  options.threads = 2;
  options.shard_bytes = shard_bytes;
  return options;
}

QuantisedFolder::QuantisedFolder(const TestModel& model, const std::string& format,
                                 std::uint64_t shard_bytes) {
  write_model(model, source_);
  const Status made = quantise_model(source_.path(), path(), quantise_options(format, shard_bytes));
  EXPECT_TRUE(made.ok()) << made.message();
}

std::string QuantisedFolder::file_of(const std::string& tensor) const {
  return path() + "/" + index_of(path())["weight_map"][tensor].get<std::string>();
}

std::uint64_t QuantisedFolder::place_of(const std::string& tensor) const {
  const std::string file = read_bytes(file_of(tensor));
  const auto read = [&](std::uint64_t offset, std::uint64_t count) -> Result<std::string> {
    return file.substr(offset, count);
  };
  const auto tensors = read_safetensors(read, file.size(), "file", {}, never_stop());
  for (const StoredTensor& one : *tensors) {
    if (one.name == tensor) return one.begin;
  }
  ADD_FAILURE() << "there is no " << tensor;
  return 0;
}

void QuantisedFolder::damage(const std::string& tensor, std::uint64_t at,
                             const std::string& bytes) const {
  std::fstream file(file_of(tensor), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(place_of(tensor) + at));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(file.good());
}

void write_in_shards(const TestModel& model, const TempFolder& folder, std::size_t files) {
  std::vector<TestTensors> shards(files);
  nlohmann::json map;
  std::size_t turn = 0;
  for (const auto& [name, tensor] : model.tensors) {
    const std::size_t shard = turn++ % files;
    shards[shard][name] = tensor;
    map[name] = std::to_string(shard) + ".safetensors";
  }
  for (std::size_t i = 0; i < files; ++i) {
    folder.write(std::to_string(i) + ".safetensors", safetensors_of(shards[i]));
  }
  folder.write("model.safetensors.index.json", nlohmann::json{{"weight_map", map}}.dump());
  folder.write("config.json", model.config.dump());
  for (const auto& [name, bytes] : model.files) folder.write(name, bytes);
}

TestModel read_model(const std::string& path) {
  TestModel model;
  const ModelFolder folder = ModelFolder::open(path).value();
  Checkpoint checkpoint = Checkpoint::open(folder, {}).value();
  EXPECT_TRUE(checkpoint.bring_in(folder, FileAccess::kMap, never_stop()).ok());
  for (const ListedTensor& listed : checkpoint.listing().tensors()) {
    TestTensor tensor;
    tensor.dtype = listed.type->name;
    for (int axis = 0; axis < listed.shape->rank(); ++axis) {
      tensor.shape.push_back((*listed.shape)[axis]);
    }
    const auto bytes = checkpoint.bytes(listed.name);
    tensor.bytes.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    model.tensors[std::string(listed.name)] = std::move(tensor);
  }
  for (const auto& [name, bytes] : files_of(path)) {
    if (name == "config.json") {
      model.config = nlohmann::json::parse(bytes);
    } else if (!name.ends_with(".safetensors") && !name.ends_with(".index.json")) {
      model.files[name] = bytes;
    }
  }
  return model;
}

std::map<std::string, std::string> files_of(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files[entry.path().filename().string()] = read_bytes(entry.path().string());
  }
  return files;
}

}  // namespace arges::sdk::testing
