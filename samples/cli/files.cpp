// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/files.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

constexpr std::size_t kBlockBytes = 65'536;

std::string read_to_end(std::istream& file, const std::string& path, const FileLimit& limit) {
  std::string bytes;
  std::vector<char> block(kBlockBytes);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    bytes.append(block.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > limit.bytes) {
      throw Failure(path + " holds more than " + std::to_string(limit.bytes) +
                    " bytes, the most for " + limit.kind + "; name a smaller file");
    }
  }
  return bytes;
}

}  // namespace

std::string read_file(const std::string& path, const FileLimit& limit) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Failure(path + " is a folder; name a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Failure("cannot open " + path + " (" + std::strerror(errno) + "); check the path");
  }
  std::string bytes = read_to_end(file, path, limit);
  if (file.bad()) throw Failure("cannot read " + path + " to its end; check the disk");
  return bytes;
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
