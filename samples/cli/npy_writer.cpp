// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/npy_writer.h"

#include <bit>

#include "samples/cli/failure.h"

namespace arges::cli {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie");

constexpr std::size_t kPrefixBytes = 10;  // magic, version, header length
constexpr std::size_t kAlignment = 64;    // of the first value, as the format asks

std::string header(const std::vector<std::int64_t>& shape) {
  std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (const std::int64_t extent : shape) dict += std::to_string(extent) + ", ";
  dict += "), }";
  while ((kPrefixBytes + dict.size() + 1) % kAlignment != 0) dict += ' ';
  return dict + '\n';
}

}  // namespace

NpyWriter::NpyWriter(std::string path, const std::vector<std::int64_t>& shape)
    : path_(std::move(path)), file_(path_, std::ios::binary) {
  const std::string dict = header(shape);
  file_.write("\x93NUMPY\x01\x00", 8);
  file_.put(static_cast<char>(dict.size() & 0xFF));
  file_.put(static_cast<char>(dict.size() >> 8));
  file_.write(dict.data(), static_cast<std::streamsize>(dict.size()));
  require_good();
}

void NpyWriter::append(std::span<const float> values) {
  file_.write(reinterpret_cast<const char*>(values.data()),
              static_cast<std::streamsize>(values.size_bytes()));
  require_good();
}

void NpyWriter::close() {
  file_.close();
  require_good();
}

void NpyWriter::require_good() const {
  if (!file_) throw Failure("cannot write " + path_ + "; check the folder and the free space");
}

}  // namespace arges::cli
