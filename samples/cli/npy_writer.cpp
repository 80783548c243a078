// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/npy_writer.h"

#include <bit>
#include <utility>

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
    : file_(std::move(path)) {
  const std::string dict = header(shape);
  const char length[] = {static_cast<char>(dict.size() & 0xFF),
                         static_cast<char>(dict.size() >> 8)};
  file_.write({"\x93NUMPY\x01\x00", 8});
  file_.write({length, sizeof length});
  file_.write(dict);
}

void NpyWriter::append(std::span<const float> values) {
  file_.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

void NpyWriter::close() {
  file_.finish();
}

}  // namespace arges::cli
