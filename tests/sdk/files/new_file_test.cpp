// SPDX-License-Identifier: Apache-2.0
#include "sdk/files/new_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "tests/sdk/model/test_files.h"

namespace arges::sdk {
namespace {

namespace fs = std::filesystem;

Status write(NewFile& file, std::string_view text) {
  return file.write(std::as_bytes(std::span(text)));
}

class NewFiles : public ::testing::Test {
 protected:
  NewFile create() const { return NewFile::create(folder_.path(), "name").value(); }
  std::string under(const char* name) const { return testing::read_bytes(folder_.file(name)); }

  const testing::TempFolder folder_;
};

TEST_F(NewFiles, TakeTheirNameWhenTheyAreWhole) {
  folder_.write("name", "old");
  NewFile file = create();
  ASSERT_TRUE(write(file, "the new one").ok());
  EXPECT_EQ(under("name"), "old");
  ASSERT_TRUE(file.finish().ok());
  EXPECT_EQ(under("name"), "the new one");
  EXPECT_FALSE(fs::exists(folder_.file("name.part")));
}

TEST_F(NewFiles, LeaveNothingWhenTheyAreNotFinished) {
  folder_.write("name", "old");
  {
    NewFile file = create();
    ASSERT_TRUE(write(file, "half of it").ok());
    const NewFile moved = std::move(file);
    EXPECT_TRUE(fs::exists(folder_.file("name.part")));
  }
  EXPECT_FALSE(fs::exists(folder_.file("name.part")));
  EXPECT_EQ(under("name"), "old");
}

TEST_F(NewFiles, OfOneNameAreWrittenByOneAtATime) {
  std::optional<NewFile> first(create());
  ASSERT_TRUE(write(*first, "first").ok());
  EXPECT_EQ(NewFile::create(folder_.path(), "name").status().code(), StatusCode::kBusy);
  ASSERT_TRUE(first->finish().ok());
  NewFile second = create();
  EXPECT_EQ(under("name"), "first");
  ASSERT_TRUE(write(second, "2").ok());
  ASSERT_TRUE(second.finish().ok());
  EXPECT_EQ(under("name"), "2");
}

TEST_F(NewFiles, WriteOverWhatACrashHasLeft) {
  folder_.write("name.part", "what a crash has left, and that is long");
  NewFile file = create();
  ASSERT_TRUE(write(file, "short").ok());
  ASSERT_TRUE(file.finish().ok());
  EXPECT_EQ(under("name"), "short");
}

TEST_F(NewFiles, FollowNoLinkThatStandsInTheirWay) {
  folder_.write("elsewhere", "somebody's");
  fs::create_symlink(folder_.file("elsewhere"), folder_.file("name.part"));
  EXPECT_EQ(NewFile::create(folder_.path(), "name").status().code(), StatusCode::kIo);
  EXPECT_EQ(under("elsewhere"), "somebody's");
}

TEST_F(NewFiles, NeedTheirFolder) {
  EXPECT_EQ(NewFile::create(folder_.file("none"), "name").status().code(), StatusCode::kIo);
}

TEST_F(NewFiles, TakeNoFoldersPlace) {
  fs::create_directory(folder_.file("name"));
  NewFile file = create();
  EXPECT_EQ(file.finish().code(), StatusCode::kIo);
  EXPECT_TRUE(fs::is_directory(folder_.file("name")));
}

}  // namespace
}  // namespace arges::sdk
