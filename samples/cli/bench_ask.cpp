// SPDX-License-Identifier: Apache-2.0
// arges bench ask: what a person waits for, and the memory it takes: `ask` as a process of its own.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "samples/cli/bench.h"
#include "samples/cli/child_process.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"
#include "samples/cli/test_picture.h"

namespace arges::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kMegabyte = 1e6;

struct BenchAskOptions {
  BenchOptions bench;
  ModelOptions model;
};

std::vector<fs::path> weight_files(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  if (files.empty()) throw Failure(folder + " holds no weights; name a model with --model");
  return files;
}

std::int64_t total_bytes(const std::vector<fs::path>& files) {
  std::int64_t bytes = 0;
  for (const fs::path& file : files) bytes += static_cast<std::int64_t>(fs::file_size(file));
  return bytes;
}

// Asks the system to forget a file's pages, so that the next reader waits for the disk.
void drop_from_page_cache(const fs::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  close(descriptor);
}

// A file of this process's own that is gone when the object is.
class TemporaryPicture {
 public:
  TemporaryPicture()
      : path_(fs::temp_directory_path() / ("arges-bench-" + std::to_string(getpid()) + ".png")) {
    write_test_picture(path_.string(), 640, 480);
  }
  ~TemporaryPicture() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  TemporaryPicture(const TemporaryPicture&) = delete;
  TemporaryPicture& operator=(const TemporaryPicture&) = delete;

  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

}  // namespace

void bench_ask(const BenchOptions& options, const std::string& model) {
  const std::vector<fs::path> files = weight_files(model);
  const TemporaryPicture picture;
  std::vector<double> seconds;
  std::int64_t peak = 0;
  for (std::int64_t i = 0; i < options.repeats; ++i) {
    for (const fs::path& file : files) drop_from_page_cache(file);
    const ChildRun run = run_child({fs::read_symlink("/proc/self/exe").string(), "ask", "--model",
                                    model, "--threads", std::to_string(options.threads),
                                    picture.path(), "What colour is the circle?"});
    if (run.exit_status != 0) throw Failure("ask failed; see the line above");
    seconds.push_back(run.seconds);
    peak = std::max(peak, run.peak_bytes);
  }
  const double file_megabytes = static_cast<double>(total_bytes(files)) / kMegabyte;
  print_figure("ask about a 640x480 picture, cold", seconds, "s");
  std::printf("%-44s %10.1f MB; model file %.1f MB, 2.5 times that + 150 MB is %.1f MB\n",
              "ask, peak memory", static_cast<double>(peak) / kMegabyte, file_megabytes,
              2.5 * file_megabytes + 150.0);
}

void add_bench_ask(Command bench) {
  const auto options = std::make_shared<BenchAskOptions>();
  Command command =
      bench.command("ask", "ask as a process of its own: time from cold, peak memory");
  add_bench_options(command, options->bench);
  add_model_option(command, options->model);
  command.action([options] {
    print_machine(options->bench);
    bench_ask(options->bench, options->model.model);
  });
}

}  // namespace arges::cli
