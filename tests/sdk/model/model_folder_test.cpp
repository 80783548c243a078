// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_folder.h"

#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "sdk/model/file_mapping.h"
#include "tests/sdk/model/test_files.h"

namespace arges::sdk {
namespace {

namespace fs = std::filesystem;
using testing::TempFolder;

ModelFolder open(const TempFolder& folder) {
  return *ModelFolder::open(folder.path());
}

StatusCode open_code(const TempFolder& folder, std::string_view name) {
  return open(folder).open_file(name).status().code();
}

Result<FileMapping> bring_in(const TempFolder& folder, std::string_view name, FileAccess access,
                             const StopCheck& stop = never_stop()) {
  ARGES_ASSIGN_OR_RETURN(const ModelFile file, open(folder).open_file(name));
  return FileMapping::of(file, access, stop);
}

class FileAccessModes : public ::testing::TestWithParam<FileAccess> {};
INSTANTIATE_TEST_SUITE_P(Both, FileAccessModes,
                         ::testing::Values(FileAccess::kMap, FileAccess::kRead));

TEST_P(FileAccessModes, GiveTheSameBytes) {
  const TempFolder folder;
  folder.write("a", "hello");
  const auto file = bring_in(folder, "a", GetParam());
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(file->bytes().data()), 5), "hello");
  EXPECT_EQ(file->bytes().size(), 5u);
}

TEST_P(FileAccessModes, AcceptAnEmptyFile) {
  const TempFolder folder;
  folder.write("a", "");
  const auto file = bring_in(folder, "a", GetParam());
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_TRUE(file->bytes().empty());
}

TEST_P(FileAccessModes, KeepTheBytesAfterPagesWereGivenBackAndAMove) {
  const TempFolder folder;
  folder.write("a", std::string(20000, 'z'));
  auto file = bring_in(folder, "a", GetParam());
  ASSERT_TRUE(file.ok());
  const FileMapping moved = std::move(file).value();
  moved.advise_unneeded(moved.bytes().subspan(5000, 9000));
  for (const std::byte byte : moved.bytes()) ASSERT_EQ(byte, std::byte{'z'});
}

TEST(ModelFolder, IsNotFoundWhereThereIsNone) {
  const TempFolder folder;
  folder.write("file", "x");
  for (const std::string& path : {folder.file("absent"), folder.file("file"), std::string()}) {
    EXPECT_EQ(ModelFolder::open(path).status().code(), StatusCode::kNotFound) << path;
  }
}

// As another user while it lives, for whom permissions hold: on this thread, and for files alone.
class AsNobody {
 public:
  AsNobody() : before_(setfsuid(65534)) {}
  ~AsNobody() { setfsuid(static_cast<uid_t>(before_)); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const int before_;
};

TEST(ModelFolder, ThatMayNotBeLookedIntoIsNotTakenForEmpty) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const TempFolder folder;
  folder.write("config.json", "{}");
  ASSERT_EQ(chmod(folder.path().c_str(), 0), 0);
  Status status;
  {
    const AsNobody nobody;
    status = ModelFolder::open(folder.path()).status();
  }
  chmod(folder.path().c_str(), 0700);
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("permissions"), std::string::npos) << status.message();
}

TEST(ModelFolder, RefusesNamesThatAreNotPlain) {
  const TempFolder folder;
  fs::create_directory(folder.file("sub"));
  folder.write("sub/a", "x");
  const std::string nul("a\0b", 3);
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("sub/a"),
        std::string("./sub"), std::string("../x"), std::string("/etc/passwd"), std::string("a\\b"),
        nul, std::string(256, 'a')}) {
    EXPECT_EQ(open_code(folder, name), StatusCode::kModelInvalid) << name;
  }
}

TEST(ModelFolder, AbsentFileIsNotFound) {
  const TempFolder folder;
  EXPECT_EQ(open_code(folder, "a"), StatusCode::kNotFound);
}

TEST(ModelFolder, OpensOnlyRegularFiles) {
  const TempFolder folder;
  fs::create_directory(folder.file("directory"));
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_code(folder, "directory"), StatusCode::kModelInvalid);
  EXPECT_EQ(open_code(folder, "pipe"), StatusCode::kModelInvalid);
}

TEST(ModelFolder, FollowsLinksThatStayInside) {
  const TempFolder folder;
  folder.write("real", "x");
  fs::create_symlink("real", folder.file("link"));
  fs::create_symlink(folder.file("real"), folder.file("absolute"));
  EXPECT_EQ(open_code(folder, "link"), StatusCode::kOk);
  EXPECT_EQ(open_code(folder, "absolute"), StatusCode::kOk);
}

TEST(ModelFolder, RefusesLinksThatLeave) {
  const TempFolder outside;
  outside.write("secret", "x");
  const TempFolder folder;
  fs::create_symlink(outside.file("secret"), folder.file("absolute"));
  fs::create_symlink("../" + fs::path(outside.path()).filename().string() + "/secret",
                     folder.file("relative"));
  fs::create_symlink("absolute", folder.file("twice"));
  fs::create_symlink("/dev/zero", folder.file("device"));
  fs::create_symlink("nowhere", folder.file("dangling"));
  fs::create_symlink("loop", folder.file("loop"));
  for (const char* name : {"absolute", "relative", "twice", "device", "dangling", "loop"}) {
    EXPECT_EQ(open_code(folder, name), StatusCode::kModelInvalid) << name;
  }
}

TEST(ModelFolder, DoesNotTakeASiblingWithTheSamePrefixForInside) {
  const TempFolder parent;
  fs::create_directory(parent.file("model"));
  fs::create_directory(parent.file("model-other"));
  parent.write("model-other/a", "x");
  fs::create_symlink("../model-other/a", parent.file("model/a"));
  const auto folder = ModelFolder::open(parent.file("model"));
  ASSERT_TRUE(folder.ok());
  EXPECT_EQ(folder->open_file("a").status().code(), StatusCode::kModelInvalid);
}

TEST(ModelFolder, MayItselfBeReachedThroughALink) {
  const TempFolder parent;
  fs::create_directory(parent.file("model"));
  parent.write("model/a", "x");
  fs::create_directory_symlink("model", parent.file("link"));
  const auto folder = ModelFolder::open(parent.file("link"));
  ASSERT_TRUE(folder.ok());
  EXPECT_TRUE(folder->open_file("a").ok());
}

TEST(ModelFolder, ReadsTextUpToItsLimit) {
  const TempFolder folder;
  folder.write("a", "12345");
  EXPECT_EQ(open(folder).read_text("a", 5).value(), "12345");
  EXPECT_EQ(open(folder).read_text("a", 4).status().code(), StatusCode::kModelInvalid);
}

// A sparse file of any size: its limit is looked at before memory is set aside.
TEST(ModelFolder, ReadsNothingOfAFileBeyondItsLimit) {
  const TempFolder folder;
  folder.write("a", "");
  fs::resize_file(folder.file("a"), std::uintmax_t{1} << 40);
  EXPECT_EQ(open(folder).read_text("a", 100).status().code(), StatusCode::kModelInvalid);
}

TEST(ModelFile, IsCutShortWithAnErrorAndWithoutASignal) {
  const TempFolder folder;
  folder.write("a", std::string(20000, 'z'));
  const auto file = open(folder).open_file("a");
  ASSERT_TRUE(file.ok());
  fs::resize_file(folder.file("a"), 100);
  EXPECT_EQ(file->read_text(0, file->size()).status().code(), StatusCode::kIo);
  EXPECT_EQ(FileMapping::of(*file, FileAccess::kRead, never_stop()).status().code(),
            StatusCode::kIo);
  EXPECT_EQ(file->read_text(98, 2).value(), "zz");
}

TEST(FileMapping, IsReadNoFurtherThanItsStop) {
  const TempFolder folder;
  folder.write("a", "");
  fs::resize_file(folder.file("a"), std::uintmax_t{64} << 20);
  int asked = 0;
  const auto stop = [&] {
    return ++asked < 3 ? Status() : Status(StatusCode::kCancelled, "cancelled");
  };
  EXPECT_EQ(bring_in(folder, "a", FileAccess::kRead, stop).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace arges::sdk
