// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/sdk/model/test_files.h"

namespace arges::sdk {
namespace {

using testing::safetensors_of;
using testing::TempFolder;
using testing::TestTensors;

constexpr const char* kIndex = "model.safetensors.index.json";

Result<Checkpoint> open(const TempFolder& folder, FileAccess access = FileAccess::kMap) {
  const ModelFolder model = *ModelFolder::open(folder.path());
  ARGES_ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::open(model, {}));
  ARGES_RETURN_IF_ERROR(checkpoint.bring_in(model, access, never_stop()));
  return checkpoint;
}
StatusCode code(const TempFolder& folder) {
  return open(folder).status().code();
}

TestTensors bytes_tensor(const std::string& name, const std::string& bytes) {
  return {{name, {"U8", {static_cast<std::int64_t>(bytes.size())}, bytes}}};
}
void write_tensor(const TempFolder& folder, const std::string& file, const std::string& name,
                  const std::string& bytes) {
  folder.write(file, safetensors_of(bytes_tensor(name, bytes)));
}

// Tensor a in 1.safetensors, b in 2.safetensors.
void write_two_shards(const TempFolder& folder) {
  write_tensor(folder, "1.safetensors", "a", "aaaa");
  write_tensor(folder, "2.safetensors", "b", "bbb");
  folder.write(kIndex, R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors"}})");
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Checkpoint, ReadsASingleFile) {
  const TempFolder folder;
  write_tensor(folder, "model.safetensors", "a", "abc");
  const auto checkpoint = open(folder);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().message();
  EXPECT_EQ(text(checkpoint->bytes("a")), "abc");
  EXPECT_TRUE(checkpoint->bytes("b").empty());
  EXPECT_EQ(checkpoint->listing().find("b"), nullptr);
}

TEST(Checkpoint, FindsTensorsAcrossShards) {
  const TempFolder folder;
  write_two_shards(folder);
  for (const FileAccess access : {FileAccess::kMap, FileAccess::kRead}) {
    const auto checkpoint = open(folder, access);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().message();
    EXPECT_EQ(text(checkpoint->bytes("a")), "aaaa");
    EXPECT_EQ(text(checkpoint->bytes("b")), "bbb");
    EXPECT_EQ(checkpoint->shard_count(), 2u);
  }
}

TEST(Checkpoint, KeepsOnlyTheFilesThatAreReferredTo) {
  const TempFolder folder;
  write_two_shards(folder);
  auto checkpoint = open(folder);
  ASSERT_TRUE(checkpoint.ok());
  const std::string_view kept[] = {"b"};
  checkpoint->close_all_but(kept);
  EXPECT_TRUE(checkpoint->bytes("a").empty());
  EXPECT_EQ(text(checkpoint->bytes("b")), "bbb");
}

TEST(Checkpoint, IgnoresFilesThatTheIndexDoesNotName) {
  const TempFolder folder;
  write_two_shards(folder);
  folder.write("3.safetensors", "not a checkpoint at all");
  folder.write("README.md", "hello");
  EXPECT_EQ(code(folder), StatusCode::kOk);
}

TEST(Checkpoint, IsNotFoundInAnEmptyFolder) {
  const TempFolder folder;
  EXPECT_EQ(code(folder), StatusCode::kNotFound);
}

TEST(Checkpoint, NamesTheMissingShard) {
  const TempFolder folder;
  write_two_shards(folder);
  std::filesystem::remove(folder.file("2.safetensors"));
  const Status status = open(folder).status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_NE(status.message().find("2.safetensors"), std::string::npos);
}

TEST(Checkpoint, RefusesASingleFileBesideAnIndex) {
  const TempFolder folder;
  write_two_shards(folder);
  write_tensor(folder, "model.safetensors", "a", "abc");
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
}

TEST(Checkpoint, RefusesATensorThatIsNotInItsShard) {
  const TempFolder folder;
  write_two_shards(folder);
  folder.write(kIndex, R"({"weight_map":{"a":"2.safetensors","b":"1.safetensors"}})");
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
  folder.write(kIndex,
               R"({"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"2.safetensors"}})");
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
}

TEST(Checkpoint, RefusesATensorThatTheIndexDoesNotName) {
  const TempFolder folder;
  write_two_shards(folder);
  TestTensors tensors = bytes_tensor("b", "bbb");
  tensors.merge(bytes_tensor("c", "c"));
  folder.write("2.safetensors", safetensors_of(tensors));
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
}

TEST(Checkpoint, RefusesATensorInTwoShards) {
  const TempFolder folder;
  write_two_shards(folder);
  TestTensors tensors = bytes_tensor("a", "aaaa");
  tensors.merge(bytes_tensor("b", "bbb"));
  folder.write("2.safetensors", safetensors_of(tensors));
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
}

TEST(Checkpoint, RefusesADamagedShard) {
  const TempFolder folder;
  write_two_shards(folder);
  for (const char* bytes : {"", "x", "12345678", "\x01\0\0\0\0\0\0\0[", "{\"b\":{}}"}) {
    folder.write("2.safetensors", bytes);
    EXPECT_EQ(code(folder), StatusCode::kModelInvalid) << bytes;
  }
}

TEST(Checkpoint, RefusesAShardThatIsNoFileOrLiesOutside) {
  const TempFolder outside;
  write_tensor(outside, "2.safetensors", "b", "bbb");
  const TempFolder folder;
  write_two_shards(folder);
  std::filesystem::remove(folder.file("2.safetensors"));
  std::filesystem::create_directory(folder.file("2.safetensors"));
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
  std::filesystem::remove(folder.file("2.safetensors"));
  std::filesystem::create_symlink(outside.file("2.safetensors"), folder.file("2.safetensors"));
  EXPECT_EQ(code(folder), StatusCode::kModelInvalid);
}

// A later shard would be refused with another status, so it was not read.
TEST(Checkpoint, ComparesEachShardWithTheIndexBeforeTheNext) {
  const TempFolder folder;
  write_two_shards(folder);
  TestTensors tensors = bytes_tensor("a", "aaaa");
  tensors.merge(bytes_tensor("c", "c"));
  folder.write("1.safetensors", safetensors_of(tensors));
  int asked = 0;
  const auto stop = [&] {
    ++asked;
    return Status();
  };
  const Status status = Checkpoint::open(*ModelFolder::open(folder.path()), {}, stop).status();
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid);
  EXPECT_NE(status.message().find("1.safetensors"), std::string::npos) << status.message();
  EXPECT_EQ(asked, 1);
}

TEST(Checkpoint, BoundsTheHeadersOfAllShardsTogether) {
  const TempFolder folder;
  write_two_shards(folder);
  const ModelFolder model = *ModelFolder::open(folder.path());
  ModelLimits limits;
  limits.all_header_bytes = 200;
  EXPECT_TRUE(Checkpoint::open(model, limits).ok());
  limits.all_header_bytes = 100;
  EXPECT_EQ(Checkpoint::open(model, limits).status().code(), StatusCode::kModelInvalid);
}

TEST(Checkpoint, StopsBetweenShards) {
  const TempFolder folder;
  write_two_shards(folder);
  const ModelFolder model = *ModelFolder::open(folder.path());
  for (const int last : {1, 2}) {
    int asked = 0;
    const auto stop = [&] {
      return ++asked < last ? Status() : Status(StatusCode::kCancelled, "cancelled");
    };
    EXPECT_EQ(Checkpoint::open(model, {}, stop).status().code(), StatusCode::kCancelled);
    EXPECT_EQ(asked, last);
  }
}

// Its size is only claimed: headers are looked at before memory is set aside for a file.
TEST(Checkpoint, OpensWithoutMemoryForTheFiles) {
  const TempFolder folder;
  folder.write("model.safetensors", "");
  std::filesystem::resize_file(folder.file("model.safetensors"), std::uintmax_t{1} << 42);
  EXPECT_EQ(open(folder, FileAccess::kRead).status().code(), StatusCode::kModelInvalid);
}

TEST(Checkpoint, NoticesAFileThatChangedItsSizeMeanwhile) {
  const TempFolder folder;
  write_two_shards(folder);
  const ModelFolder model = *ModelFolder::open(folder.path());
  auto checkpoint = Checkpoint::open(model, {});
  ASSERT_TRUE(checkpoint.ok());
  write_tensor(folder, "2.safetensors", "b", "bb");
  for (const FileAccess access : {FileAccess::kMap, FileAccess::kRead}) {
    EXPECT_EQ(checkpoint->bring_in(model, access, never_stop()).code(), StatusCode::kIo);
  }
}

}  // namespace
}  // namespace arges::sdk
