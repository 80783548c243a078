// SPDX-License-Identifier: Apache-2.0
// A disk that fails, and a process that ends, at each of the calls that write a file.
#include "tests/sdk/snapshot/failing_disk.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "tests/sdk/snapshot/saved_sessions.h"

namespace arges::sdk::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLeastCalls =
    6;  // open, ftruncate, write, fsync, rename, fsync of the folder

std::shared_ptr<Session> talk(const ScriptedEngine& engine, const std::string& text) {
  auto session = engine.session();
  // A picture of pixels that no buffer holds.
  Message message = user(text);
  message.parts.emplace_back(MessageImage(make_image(60, 9, 600)));
  ask(*session, {std::move(message)});
  return session;
}

class AFailingDisk : public ::testing::Test {
 protected:
  std::string file() const { return folder_.file("session"); }
  // The turns of the saved session.
  std::uint64_t turns_saved() const {
    const ScriptedEngine engine(model_of_blocks());
    const auto session = engine.session();
    const Event end = load(*session, file());
    EXPECT_EQ(end.type, EventType::kDone) << end.status.message();
    return session->turn_count();
  }

  const TempFolder folder_;
};

TEST_F(AFailingDisk, LeavesTheOldFileAtEveryCall) {
  const ScriptedEngine engine(model_of_blocks());
  const auto session = talk(engine, "old");
  ASSERT_EQ(save(*session, file()).type, EventType::kDone);
  fs::copy_file(file(), folder_.file("old"));
  const std::string old = read_bytes(file());
  ask(*session, {user("new")});
  std::int64_t point = 0;
  for (bool met = true; met; ++point) {
    Event end;
    {
      const FailingDisk disk(point, DiskFault::kRefuse);
      end = save(*session, file());
      met = disk.met();
    }
    EXPECT_EQ(end.status.code(), met ? StatusCode::kIo : StatusCode::kOk) << point;
    EXPECT_FALSE(fs::exists(folder_.file("session.part"))) << point;
    const bool placed = end.status.message().find("is in its place") != std::string::npos;
    EXPECT_EQ(read_bytes(file()) == old, met && !placed) << point;
    if (!met) break;
    fs::copy_file(folder_.file("old"), file(), fs::copy_options::overwrite_existing);
  }
  EXPECT_GE(point, kLeastCalls);
  EXPECT_EQ(turns_saved(), 2u);
  std::printf("%lld calls refused\n", static_cast<long long>(point));
}

// In a child, where the threads of an engine begin and end.
int save_and_crash(const std::string& path, std::int64_t point) {
  const ScriptedEngine engine(model_of_blocks());
  const auto session = engine.session();
  if (load(*session, path).type != EventType::kDone) return 1;
  ask(*session, {user("one more")});
  const FailingDisk disk(point, DiskFault::kCrash);
  return save(*session, path).type == EventType::kDone ? 0 : 2;
}

TEST_F(AFailingDisk, ACrashAtAnyCallLeavesTheOldFileOrTheNewOne) {
  {
    const ScriptedEngine engine(model_of_blocks());
    ASSERT_EQ(save(*talk(engine, "old"), file()).type, EventType::kDone);
  }
  std::uint64_t turns = 1;
  int status = kCrashed;
  std::int64_t point = 0;
  for (; status == kCrashed; ++point) {
    const pid_t child = fork();
    if (child == 0) _exit(save_and_crash(file(), point));
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    status = WEXITSTATUS(status);
    const std::uint64_t saved = turns_saved();
    EXPECT_TRUE(saved == turns || saved == turns + 1) << "at call " << point;
    turns = saved;
  }
  EXPECT_EQ(status, 0);
  EXPECT_GT(point, kLeastCalls);
  EXPECT_FALSE(fs::exists(folder_.file("session.part"))) << "the next save writes over it";
  std::printf("%lld calls crashed in\n", static_cast<long long>(point - 1));
}

}  // namespace
}  // namespace arges::sdk::testing
