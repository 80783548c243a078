// SPDX-License-Identifier: Apache-2.0
// Runs that end early, and what is refused before one begins.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "sdk/model/loaded_model.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/quantise/quantised_folder.h"

namespace arges::sdk {
namespace {

namespace fs = std::filesystem;
using testing::files_of;
using testing::quantise_options;
using testing::TempFolder;
using testing::TestContext;
using testing::TestModel;
using testing::tiny_text_model;

constexpr std::uint64_t kShard = 4096;

// A source, and where it is to go.
class Interruption : public ::testing::Test {
 protected:
  Interruption() { write_model(tiny_text_model(), source_); }

  Status run(QuantiseOptions options = quantise_options("q8", kShard)) const {
    return quantise_model(source_.path(), target_, options);
  }

  // Ends after so many bytes.
  Status run_until(std::int64_t bytes) const {
    QuantiseOptions options = quantise_options("q8", kShard);
    options.progress = [=](std::int64_t done, std::int64_t) { return done < bytes; };
    return run(options);
  }

  void expect_nothing_loads() const {
    EXPECT_FALSE(fs::exists(target_));
    const TestContext context;
    EXPECT_FALSE(load_model(partial_, context.kernels).ok());
  }

  // As a run in one go makes it, at the same place in another folder.
  std::map<std::string, std::string> expected() const {
    const TempFolder other;
    EXPECT_TRUE(
        quantise_model(source_.path(), other.file("made"), quantise_options("q8", kShard)).ok());
    return files_of(other.file("made"));
  }

  std::size_t finished_shards() const {
    std::size_t count = 0;
    for (const auto& [name, bytes] : files_of(partial_)) count += name.ends_with(".safetensors");
    return count;
  }

  const TempFolder source_, holder_;
  const std::string target_ = holder_.file("made");
  const std::string partial_ = target_ + ".partial";
};

// Runs work in a process of its own; its exit status, or minus the signal that ended it.
int status_of_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(Interruption, ByACancelIsTakenUpBehindTheLastWholeFile) {
  EXPECT_EQ(run_until(3 * kShard).code(), StatusCode::kCancelled);
  expect_nothing_loads();
  ASSERT_GE(finished_shards(), 1u);
  std::map<std::string, fs::file_time_type> times;
  for (const auto& entry : fs::directory_iterator(partial_)) {
    if (entry.path().extension() != ".safetensors") continue;
    // Written anew, it would be of now.
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
    times[entry.path().filename().string()] = fs::last_write_time(entry.path());
  }
  ASSERT_TRUE(run().ok());
  EXPECT_FALSE(fs::exists(partial_));
  EXPECT_EQ(files_of(target_), expected());
  for (const auto& [name, time] : times) EXPECT_EQ(fs::last_write_time(target_ + "/" + name), time);
}

TEST_F(Interruption, ByAKillAtAnyPlaceLeavesNothingThatLoads) {
  const auto whole = expected();
  for (std::int64_t bytes = 1; !fs::exists(target_); bytes += 1500) {
    const int status = status_of_child([&] {
      QuantiseOptions options = quantise_options("q8", kShard);
      options.threads = 1;
      options.progress = [=](std::int64_t done, std::int64_t) {
        if (done >= bytes) ::raise(SIGKILL);
        return true;
      };
      return run(options).ok() ? 0 : 1;
    });
    if (status == 0) break;
    ASSERT_EQ(status, -SIGKILL);
    expect_nothing_loads();
  }
  EXPECT_EQ(files_of(target_), whole);
}

TEST_F(Interruption, ByAFullDiskIsAnIoFailureAndTakenUp) {
  const int status = status_of_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit most{6000, 6000};  // bytes of a file
    ::setrlimit(RLIMIT_FSIZE, &most);
    QuantiseOptions options = quantise_options("q8", 1 << 20);
    options.threads = 1;
    return run(options).code() == StatusCode::kIo ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
  expect_nothing_loads();
  ASSERT_TRUE(run(quantise_options("q8", 1 << 20)).ok());
}

TEST_F(Interruption, AFileOfAnotherSourceOrFormatIsWrittenAnew) {
  EXPECT_EQ(run_until(3 * kShard).code(), StatusCode::kCancelled);
  TestModel other = tiny_text_model();
  for (auto& [name, tensor] : other.tensors) {
    for (char& byte : tensor.bytes) byte = static_cast<char>(byte ^ 1);
  }
  write_model(other, source_);
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(files_of(target_), expected());
}

TEST_F(Interruption, AFileThatIsCutShortIsWrittenAnew) {
  EXPECT_EQ(run_until(3 * kShard).code(), StatusCode::kCancelled);
  for (const auto& [name, bytes] : files_of(partial_)) {
    if (name.ends_with(".safetensors")) fs::resize_file(partial_ + "/" + name, bytes.size() / 2);
  }
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(files_of(target_), expected());
}

TEST_F(Interruption, OfTheLookThroughIsHeard) {
  QuantiseOptions options = quantise_options("q8", kShard);
  options.progress = [](std::int64_t, std::int64_t total) { return total != 0; };
  EXPECT_EQ(run(options).code(), StatusCode::kCancelled);
  EXPECT_FALSE(fs::exists(partial_));
}

TEST_F(Interruption, ProgressGrowsToTheEnd) {
  std::vector<std::int64_t> told;
  std::int64_t last_total = 0;
  QuantiseOptions options = quantise_options("q8", kShard);
  options.progress = [&](std::int64_t done, std::int64_t total) {
    if (total > 0) told.push_back(done);
    last_total = total;
    return true;
  };
  ASSERT_TRUE(run(options).ok());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), last_total);
}

TEST_F(Interruption, TheTargetIsNeitherTheSourceNorThereAlready) {
  const auto before = files_of(source_.path());
  for (const std::string& same : {source_.path(), source_.path() + "/", source_.path() + "/."}) {
    const Status status = quantise_model(source_.path(), same, quantise_options("q8"));
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status.message();
    EXPECT_NE(status.message().find("source"), std::string::npos) << status.message();
  }
  fs::create_directory(target_);
  EXPECT_EQ(run().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(quantise_model(source_.path(), "", quantise_options("q8")).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(quantise_model(source_.path(), holder_.file("no/such"), quantise_options("q8")).code(),
            StatusCode::kIo);
  EXPECT_EQ(files_of(source_.path()), before) << "nothing of the source is touched";
}

TEST_F(Interruption, NothingOfAnybodyElsesIsTakenAlong) {
  fs::create_directory(partial_);
  std::ofstream(partial_ + "/diary.txt") << "mine";
  const Status status = run();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("diary.txt"), std::string::npos) << status.message();
  EXPECT_EQ(files_of(partial_).size(), 1u);
}

TEST_F(Interruption, OneProcessAtATimeWritesAFolder) {
  fs::create_directory(partial_);
  const int other = ::open(partial_.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_EQ(run().code(), StatusCode::kBusy);
  ::close(other);
  EXPECT_TRUE(run().ok());
}

TEST_F(Interruption, AQuantisedSourceIsRefused) {
  ASSERT_TRUE(run().ok());
  const Status status =
      quantise_model(target_, holder_.file("again"), quantise_options("q4", kShard));
  EXPECT_EQ(status.code(), StatusCode::kUnsupported) << status.message();
  EXPECT_FALSE(fs::exists(holder_.file("again.partial")));
}

TEST_F(Interruption, NumbersThatAreNotFiniteAreRefusedByName) {
  TestModel model = tiny_text_model();
  const std::string name = "model.layers.1.self_attn.o_proj.weight";
  model.tensors[name].bytes.replace(20, 2, "\xC0\x7F");  // a NaN of bf16
  write_model(model, source_);
  const Status status = run();
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid);
  EXPECT_NE(status.message().find(name), std::string::npos) << status.message();
  expect_nothing_loads();
}

// The extents of the tiny model's tensors with another hidden size and vocabulary.
std::vector<std::int64_t> widened(const std::string& name, std::vector<std::int64_t> shape,
                                  std::int64_t hidden, std::int64_t vocab) {
  const bool reads = name.find("out_proj") == std::string::npos &&
                     name.find("o_proj") == std::string::npos &&
                     name.find("w2") == std::string::npos;
  if (name.find("self_attn.norm") != std::string::npos) return shape;
  (reads ? shape.back() : shape.front()) = hidden;
  if (name.find("embed") != std::string::npos || name.find("lm_head") != std::string::npos) {
    shape.front() = vocab;
  }
  return shape;
}

// A file of 4 TB without a byte of them on the disk.
TEST_F(Interruption, ADiskWithoutRoomIsSeenBeforeAnythingIsWritten) {
  constexpr std::int64_t kHidden = 1 << 18, kVocab = 1 << 22;
  TestModel model = tiny_text_model();
  nlohmann::json header;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : model.tensors) {
    const auto shape = widened(name, tensor.shape, kHidden, kVocab);
    std::uint64_t bytes = tensor.dtype == "F32" ? 4 : 2;
    for (const std::int64_t extent : shape) bytes *= static_cast<std::uint64_t>(extent);
    header[name] = {{"dtype", tensor.dtype}, {"shape", shape}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  model.config["hidden_size"] = kHidden;
  model.config["vocab_size"] = kVocab;
  source_.write("config.json", model.config.dump());
  const std::string file = testing::safetensors_of(header.dump(), "");
  source_.write("model.safetensors", file);
  std::error_code too_large;
  fs::resize_file(source_.file("model.safetensors"), file.size() + at, too_large);
  if (too_large) GTEST_SKIP() << "this file system has no files of 4 TB";
  if (fs::space(holder_.path()).available > at / 2) GTEST_SKIP() << "this disk has room";
  const Status status = run(quantise_options("q8", std::uint64_t{4} << 30));
  EXPECT_EQ(status.code(), StatusCode::kIo) << status.message();
  EXPECT_NE(status.message().find("bytes"), std::string::npos) << status.message();
  EXPECT_TRUE(files_of(partial_).empty());
}

}  // namespace
}  // namespace arges::sdk
