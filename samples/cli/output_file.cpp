// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/output_file.h"

#include <filesystem>
#include <utility>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

bool is_plain(const std::string& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::regular;
}

}  // namespace

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)),
      existed_(exists(path_)),
      file_(path_, std::ios::binary | std::ios::app) {  // appending leaves what stands there
  if (!file_) fail();
}

OutputFile::~OutputFile() {
  if (finished_ || (existed_ && !begun_) || !is_plain(path_)) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
}

// Empties what stood there, also behind a link.
void OutputFile::begin() {
  begun_ = true;
  std::error_code error;
  if (fs::is_regular_file(path_, error)) fs::resize_file(path_, 0, error);
  if (error) fail();
}

void OutputFile::write(std::string_view bytes) {
  if (!begun_) begin();
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file_) fail();
}

void OutputFile::finish() {
  if (!begun_) begin();
  file_.close();
  if (!file_) fail();
  finished_ = true;
}

void OutputFile::fail() const {
  throw Failure("cannot write " + path_ + "; check the folder and the free space");
}

}  // namespace arges::cli
