// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/output_file.h"

#include <filesystem>
#include <utility>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

namespace fs = std::filesystem;

std::string name_while_unfinished(const std::string& path) {
  std::error_code ignored;
  const fs::file_type type = fs::symlink_status(path, ignored).type();
  return type == fs::file_type::not_found || type == fs::file_type::regular ? path + ".part" : path;
}

}  // namespace

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)), part_(name_while_unfinished(path_)), file_(part_, std::ios::binary) {
  if (!file_) fail();
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!finished_ && part_ != path_) fs::remove(part_, ignored);
}

void OutputFile::write(std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file_) fail();
}

void OutputFile::finish() {
  file_.close();
  if (!file_) fail();
  std::error_code error;
  if (part_ != path_) fs::rename(part_, path_, error);
  if (error) fail();
  finished_ = true;
}

void OutputFile::fail() const {
  throw Failure("cannot write " + path_ + "; check the folder and the free space");
}

}  // namespace arges::cli
