// SPDX-License-Identifier: Apache-2.0
// arges bench ask: what a person waits for, and the memory it takes: `ask` as a process of its own.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "samples/cli/bench/bench.h"
#include "samples/cli/bench/child_process.h"
#include "samples/cli/bench/test_picture.h"
#include "samples/cli/commands.h"
#include "samples/cli/failure.h"
#include "samples/cli/model_options.h"

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

void bench_ask(Bench& bench, const std::string& model) {
  const BenchOptions& options = bench.options();
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
  Speed time;
  time.seconds = std::move(seconds);
  time.amount = 1;
  time.per_unit = true;
  time.unit = "s";
  bench.report().add({"cold ask, 640x480", "model", "", 0, 0, 1}, std::move(time));
  Speed memory;
  memory.seconds = {static_cast<double>(peak) / kMegabyte};
  memory.amount = 1;
  memory.per_unit = true;
  memory.unit = "MB";
  memory.note = "model file " + std::to_string(total_bytes(files) / 1'000'000) + " MB";
  bench.report().add({"cold ask, peak memory", "model", "", 0, 0, 1}, std::move(memory));
}

void add_bench_ask(Command parent) {
  const auto options = std::make_shared<BenchAskOptions>();
  Command command =
      parent.command("ask", "ask as a process of its own: time from cold, peak memory");
  add_bench_options(command, options->bench);
  add_model_option(command, options->model);
  command.action([options] {
    Bench bench(options->bench);
    bench_ask(bench, options->model.model);
  });
}

}  // namespace arges::cli
