// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over recorded inputs, without libFuzzer: any compiler, any build.
//   fuzz_replay_X FILE|FOLDER…     fails when there is nothing to replay
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/target.h"

namespace {

namespace fs = std::filesystem;

// What libFuzzer's limits do: an input that asks for more must fail, not fill the machine. Not
// under a sanitizer, which reserves memory without end.
void limit_memory() {
  constexpr rlim_t kBytes = rlim_t{768} << 20;
  const rlimit limit{kBytes, kBytes};
  if (!arges::fuzz::kSanitized) setrlimit(RLIMIT_DATA, &limit);
}

void add_files(const fs::path& path, std::vector<fs::path>& files) {
  if (!fs::is_directory(path)) return files.push_back(path);
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
}

bool replay(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    return false;
  }
  const std::string input{std::istreambuf_iterator<char>(file), {}};
  std::fprintf(stderr, "%s (%zu bytes)\n", path.filename().c_str(), input.size());
  // A copy of its own size, so that a sanitizer sees a read past its end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  limit_memory();
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) add_files(argv[i], files);
  std::sort(files.begin(), files.end());
  const auto start = std::chrono::steady_clock::now();
  const bool all_read = std::all_of(files.begin(), files.end(), replay);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%zu inputs replayed in %.2f s\n", files.size(), took.count());
  return all_read && !files.empty() ? 0 : 1;
}
