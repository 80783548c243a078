// SPDX-License-Identifier: Apache-2.0
// Nothing is said on the process's streams, by third-party libraries neither, whatever they are
// given to read.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Standard output and error of the process go to a file while it lives.
class Streams {
 public:
  explicit Streams(const fs::path& path)
      : path_(path), file_(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600)) {
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      before_[i] = dup(kStreams[i]);
      dup2(file_, kStreams[i]);
    }
  }
  ~Streams() {
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      dup2(before_[i], kStreams[i]);
      close(before_[i]);
    }
    close(file_);
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

 private:
  static constexpr int kStreams[2] = {STDOUT_FILENO, STDERR_FILENO};

  const fs::path path_;
  const int file_;
  int before_[2];
};

class Silence : public testing::Test {
 protected:
  Silence() { fs::create_directories(folder_); }
  ~Silence() override { fs::remove_all(folder_); }

  // What `work` has written to the streams.
  template <typename Work>
  std::string said_during(Work work) {
    const fs::path path = folder_ / "said";
    {
      const Streams streams(path);
      work();
    }
    return read(path);
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / ("arges_silence_" + std::to_string(getpid()));
};

// The file cut short, and with bytes turned over at its beginning, in its middle and at its end.
std::vector<std::string> damaged(const std::string& file) {
  std::vector<std::string> all = {file.substr(0, file.size() / 2), ""};
  for (const std::size_t at : {std::size_t{3}, file.size() / 3, file.size() / 2, file.size() - 9}) {
    all.push_back(file);
    for (std::size_t i = at; i < at + 8 && i < file.size(); ++i) all.back()[i] ^= '\x5A';
  }
  return all;
}

TEST_F(Silence, IsKeptOverDamagedPictures) {
  const std::string root = ARGES_SOURCE_DIR;
  int refused = 0;
  const std::string said = said_during([&] {
    for (const char* name :
         {"/samples/images/receipt.png", "/samples/images/poster.jpg",
          "/tests/golden/image/webp/lossless.webp", "/tests/golden/image/webp/lossy_alpha.webp"}) {
      for (const std::string& bytes : damaged(read(root + name))) {
        arges_image* image = nullptr;
        if (arges_image_decode(bytes.data(), bytes.size(), &image) != ARGES_OK) ++refused;
        arges_image_free(image);
      }
    }
  });
  EXPECT_EQ(said, "");
  EXPECT_GT(refused, 12);
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (error) fs::copy(from, to);
}

// A model of its own in which one file is damaged; the others are the same as in `model`.
fs::path with_damaged(const fs::path& folder, const fs::path& model, const fs::path& name,
                      const std::string& bytes) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator(model)) {
    const fs::path file = entry.path().filename();
    if (file != name) link_or_copy(entry.path(), folder / file);
  }
  std::ofstream(folder / name, std::ios::binary) << bytes;
  return folder;
}

arges_status open_and_close(const std::string& folder) {
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = folder.data();
  options.model_path_length = folder.size();
  arges_engine* engine = nullptr;
  const arges_status status = arges_engine_open(&options, &engine);
  arges_engine_close(engine);
  return status;
}

TEST_F(Silence, IsKeptOverDamagedModels) {
  const fs::path model = ARGES_SOURCE_DIR "/models/pocket";
  if (!fs::exists(model / "model.safetensors")) GTEST_SKIP() << model << " has no weights";
  int refused = 0;
  const std::string said = said_during([&] {
    for (const char* name : {"config.json", "tokenizer.model", "model.safetensors"}) {
      // Of the weights the header will do: it is what is read of a file that is cut short.
      const std::string file = read(model / name).substr(0, 65'536);
      for (const std::string& bytes : damaged(file)) {
        if (open_and_close(with_damaged(folder_ / "model", model, name, bytes)) != ARGES_OK) {
          ++refused;
        }
      }
    }
  });
  EXPECT_EQ(said, "");
  EXPECT_GT(refused, 6);
}

TEST_F(Silence, WouldBeBrokenByAWord) {
  EXPECT_EQ(said_during([] { EXPECT_EQ(write(STDERR_FILENO, "a word", 6), 6); }), "a word");
}

}  // namespace
}  // namespace arges::bindings_test
