// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/files.h"

#include <fcntl.h>
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
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  const int number;
};

// Opened without waiting: a named pipe that nobody writes to is empty. What somebody does write to,
// `<(command)` or /dev/stdin, is then read as it comes.
int open_to_read(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    throw Failure("cannot open " + path + " (" + std::strerror(errno) + "); check the path");
  }
  ::fcntl(file, F_SETFL, 0);
  return file;
}

std::string read_to_end(int file, const std::string& path, const FileLimit& limit) {
  std::string bytes;
  std::vector<char> block(kBlockBytes);
  for (;;) {
    const ssize_t got = ::read(file, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EISDIR) throw Failure(path + " is a folder; name a file");
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
  const Descriptor file(open_to_read(path));
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
