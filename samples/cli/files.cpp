// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <sstream>
#include <vector>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

constexpr std::size_t kBlockBytes = 65'536;

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

void require_regular(int file, const std::string& path) {
  struct stat info {};
  if (::fstat(file, &info) == 0 && S_ISREG(info.st_mode)) return;
  const bool folder = S_ISDIR(info.st_mode);
  throw Failure(path + (folder ? " is a folder" : " is a pipe or a device") + "; name a file");
}

std::string read_to_end(int file, const std::string& path, const FileLimit& limit) {
  std::string bytes;
  std::vector<char> block(kBlockBytes);
  for (;;) {
    const ssize_t got = ::read(file, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Failure("cannot read " + path + " to its end; check the disk");
    if (got == 0) return bytes;
    bytes.append(block.data(), static_cast<std::size_t>(got));
    if (bytes.size() > limit.bytes) {
      throw Failure(path + " holds more than " + std::to_string(limit.bytes) +
                    " bytes, the most for " + limit.kind + "; name a smaller file");
    }
  }
}

}  // namespace

std::string read_file(const std::string& path, const FileLimit& limit) {
  // O_NONBLOCK: a named pipe must not make the tool wait for a writer.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) {
    throw Failure("cannot open " + path + " (" + std::strerror(errno) + "); check the path");
  }
  require_regular(file.number, path);
  return read_to_end(file.number, path, limit);
}

std::vector<std::int32_t> parse_ids(const std::string& text, const std::string& where) {
  std::vector<std::int32_t> ids;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::int32_t id = 0;
    const char* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, id);
    if (error != std::errc() || stop != end || id < 0) {
      throw Failure(where + " holds \"" + word + "\"; write token ids as whole numbers");
    }
    ids.push_back(id);
  }
  return ids;
}

}  // namespace arges::cli
