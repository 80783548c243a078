// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/sdk/model/test_files.h"

namespace arges::sdk::testing {

// A model folder in parts, valid as made; tests damage one part and write it.
struct TestModel {
  nlohmann::json config;
  TestTensors tensors;
  std::map<std::string, std::string> files;  // the others, by name
};

inline constexpr int kTinyVocab = 264;  // 256 bytes, 4 added tokens, 4 rows of padding
inline constexpr int kTinyImageToken = 259;

// One lightning and one softmax layer, hidden 8, under the original names, with a tokenizer made of
// merges.txt and tokenizer_config.json.
TestModel tiny_text_model();
// The same language model behind a one-layer image encoder with tiles of 28, under the VL names.
TestModel tiny_vl_model();

// Adds a tensor of that shape with ramp() values.
void add_tensor(TestTensors& tensors, const std::string& name, std::vector<std::int64_t> shape,
                const std::string& dtype = "BF16");

// Writes config.json, model.safetensors and the other files.
void write_model(const TestModel& model, const TempFolder& folder);

}  // namespace arges::sdk::testing
