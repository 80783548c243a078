// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/weights_header.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/sdk/model/test_files.h"

namespace arges::sdk {
namespace {

using nlohmann::json;

json honest() {
  return {{"version", 1},
          {"layout", "panels16"},
          {"group_inputs", 64},
          {"bits", {{"attention", 8}, {"experts", 4}, {"lm_head", 8}}}};
}

Status refusal(const json& header) {
  return parse_weights_header(header.dump(), {}).status();
}

void expect_refused(const json& header, StatusCode code, const std::string& word) {
  const Status status = refusal(header);
  EXPECT_EQ(status.code(), code) << header.dump();
  EXPECT_NE(status.message().find("arges_weights.json"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find(word), std::string::npos) << status.message();
}

TEST(WeightsHeader, SaysWhatWasWritten) {
  for (const char* name : {"q8", "q4"}) {
    const FormatPolicy formats = *find_format_policy(name);
    const auto read = parse_weights_header(weights_header(formats), {});
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(*read, formats) << name;
  }
  EXPECT_EQ(json::parse(weights_header(*find_format_policy("q4"))), honest());
}

TEST(WeightsHeader, LeavesOutPartsThatAreAsStored) {
  json header = honest();
  header["bits"] = {{"experts", 8}};
  FormatPolicy formats;
  formats[ModelPart::kExperts] = WeightFormat::kQ8;
  EXPECT_EQ(*parse_weights_header(header.dump(), {}), formats);
}

TEST(WeightsHeader, IsAbsentFromAnOrdinaryCheckpoint) {
  const testing::TempFolder files;
  const ModelFolder folder = *ModelFolder::open(files.path());
  EXPECT_EQ(*read_weights_header(folder, {}), FormatPolicy());
  files.write(kWeightsHeaderFile, honest().dump());
  EXPECT_EQ(*read_weights_header(folder, {}), *find_format_policy("q4"));
}

TEST(WeightsHeader, OfAnotherVersionIsNotGuessedAt) {
  for (const json& version : {json(0), json(2), json(-1), json(nullptr)}) {
    json header = honest();
    header["version"] = version;
    expect_refused(header, StatusCode::kUnsupported, "version");
  }
}

TEST(WeightsHeader, MustNameThisLayoutAndItsGroups) {
  for (const char* field : {"layout", "group_inputs"}) {
    for (const json& value : {json(32), json("panels8"), json(nullptr), json(json::array())}) {
      json header = honest();
      header[field] = value;
      expect_refused(header, StatusCode::kModelInvalid, field);
    }
  }
}

TEST(WeightsHeader, MustGiveEachPartABitCountThatThereIs) {
  for (const json& value : {json(2), json(16), json("8"), json(8.5), json(-8)}) {
    json header = honest();
    header["bits"]["experts"] = value;
    expect_refused(header, StatusCode::kModelInvalid, "experts");
  }
  for (const char* part : {"router", "norms", "vision", "attentoin", ""}) {
    json header = honest();
    header["bits"][part] = 8;
    expect_refused(header, StatusCode::kModelInvalid, "not quantised in files");
  }
}

TEST(WeightsHeader, MustQuantiseSomething) {
  for (const json& bits : {json(nullptr), json(json::object()), json(8), json(json::array({8}))}) {
    json header = honest();
    header["bits"] = bits;
    expect_refused(header, StatusCode::kModelInvalid, "bits");
  }
}

TEST(WeightsHeader, MustBeASmallObject) {
  for (const std::string& text : {std::string(), std::string("[]"), std::string("{\"version\":1"),
                                  std::string(2 << 20, ' ')}) {
    EXPECT_EQ(parse_weights_header(text, {}).status().code(), StatusCode::kModelInvalid);
  }
}

TEST(FormatsBesideFiles, AreTheFilesUnlessSomethingElseIsAskedFor) {
  const FormatPolicy stored, q8 = *find_format_policy("q8"), q4 = *find_format_policy("q4");
  EXPECT_EQ(*formats_beside_files(q8, stored), q8) << "an ordinary checkpoint takes any";
  EXPECT_EQ(*formats_beside_files(stored, q4), q4);
  EXPECT_EQ(*formats_beside_files(q4, q4), q4);
  for (const char* other : {"q8", "bf16_dot"}) {
    const auto refused = formats_beside_files(*find_format_policy(other), q4);
    EXPECT_EQ(refused.status().code(), StatusCode::kUnsupported) << other;
  }
}

}  // namespace
}  // namespace arges::sdk
