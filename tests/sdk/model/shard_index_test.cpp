// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/shard_index.h"

#include <gtest/gtest.h>

#include <string>

namespace arges::sdk {
namespace {

std::string index_of(const std::string& map) {
  return "{\"weight_map\":" + map + "}";
}
std::string mapped_to(const std::string& shard) {
  return index_of("{\"t\":\"" + shard + "\"}");
}

const std::string kGood =
    R"({"metadata":{"total_size":12},"weight_map":{"b":"x.safetensors","a":"y.safetensors"}})";

TEST(ShardIndex, MapsTensorsToShards) {
  const auto index = parse_shard_index(kGood, {});
  ASSERT_TRUE(index.ok()) << index.status().message();
  ASSERT_EQ(index->entries.size(), 2u);
  EXPECT_EQ(index->entries[0].tensor, "a");
  EXPECT_EQ(index->shards[index->entries[0].shard], "y.safetensors");
  EXPECT_EQ(index->total_bytes, 12u);
}

TEST(ShardIndex, IgnoresWhatItDoesNotKnow) {
  const std::string text =
      R"({"metadata":{"x":[{"total_size":1}],"total_size":-1,"y":null},"z":[[1]],)"
      R"("weight_map":{"a":"x.safetensors"}})";
  const auto index = parse_shard_index(text, {});
  ASSERT_TRUE(index.ok()) << index.status().message();
  EXPECT_FALSE(index->total_bytes.has_value());
}

class BadShardIndex : public ::testing::TestWithParam<std::string> {};

TEST_P(BadShardIndex, IsRefused) {
  const Status status = parse_shard_index(GetParam(), {}).status();
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid) << GetParam();
  EXPECT_NE(status.message().find("index.json"), std::string::npos) << status.message();
}

INSTANTIATE_TEST_SUITE_P(
    Structure, BadShardIndex,
    ::testing::Values("", " ", "x", "null", "1", "\"\"", "[]", "{", "{}", "{}{}", kGood + "x",
                      kGood + std::string(1, '\0'), R"({"metadata":{}})", index_of("null"),
                      index_of("1"), index_of("[]"), index_of("\"x.safetensors\""), index_of("{}"),
                      index_of(R"({"t":null})"), index_of(R"({"t":1})"), index_of(R"({"t":-1})"),
                      index_of(R"({"t":true})"), index_of(R"({"t":[]})"),
                      index_of(R"({"t":["x.safetensors"]})"), index_of(R"({"t":{}})"),
                      index_of(R"({"t":{"u":"x.safetensors"}})"),
                      index_of(R"({"":"x.safetensors"})"),
                      index_of(R"({"t":"x.safetensors","t":"x.safetensors"})"),
                      index_of(R"({"t":"x.safetensors","\u0074":"y.safetensors"})"),
                      index_of("{\"\xff\":\"x.safetensors\"}"),
                      R"({"weight_map":{"t":"x.safetensors"},"weight_map":{}})",
                      index_of("{\"" + std::string(513, 'n') + "\":\"x.safetensors\"}"),
                      "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"));

INSTANTIATE_TEST_SUITE_P(
    Paths, BadShardIndex,
    ::testing::Values(mapped_to(""), mapped_to("."), mapped_to(".."), mapped_to("/"),
                      mapped_to("/etc/passwd"), mapped_to("/x.safetensors"),
                      mapped_to("../x.safetensors"), mapped_to("a/x.safetensors"),
                      mapped_to("a/../x.safetensors"), mapped_to("./x.safetensors"),
                      mapped_to("..\\\\x.safetensors"), mapped_to("C:\\\\x.safetensors"),
                      mapped_to("\\u002e\\u002e\\u002fx.safetensors"),
                      mapped_to("x.safetensors\\u0000"), mapped_to("x\\u0000.safetensors"),
                      mapped_to("x.safetensors/"), mapped_to("x.bin"), mapped_to("x"),
                      mapped_to("config.json"), mapped_to("x.safetensors "),
                      mapped_to(std::string(244, 'x') + ".safetensors")));

TEST(ShardIndex, HoldsItsLimits) {
  ModelLimits limits;
  limits.shards = 2;
  limits.index_tensors = 2;
  limits.index_bytes = kGood.size();
  EXPECT_TRUE(parse_shard_index(kGood, limits).ok());
  for (const auto lower : {0, 1, 2}) {
    ModelLimits less = limits;
    (lower == 0 ? less.shards : less.index_tensors) -= lower == 2 ? 0 : 1;
    less.index_bytes -= lower == 2 ? 1 : 0;
    EXPECT_EQ(parse_shard_index(kGood, less).status().code(), StatusCode::kModelInvalid) << lower;
  }
}

TEST(ShardIndex, RefusesEveryTruncation) {
  for (std::size_t size = 0; size < kGood.size(); ++size) {
    EXPECT_EQ(parse_shard_index(kGood.substr(0, size), {}).status().code(),
              StatusCode::kModelInvalid)
        << size;
  }
}

}  // namespace
}  // namespace arges::sdk
