// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/safetensors.h"

#include <algorithm>
#include <optional>

#include "kernels/base/checked_math.h"
#include "kernels/base/quote_name.h"
#include "sdk/model/safetensors_header.h"

namespace arges::sdk {
namespace {

constexpr std::uint64_t kPrefix = 8;  // bytes of the header's length

Status file_problem(std::string_view file, const std::string& what) {
  return model_invalid("file " + quote_name(file) + " " + what);
}

Status tensor_problem(std::string_view file, const StoredTensor& tensor, const std::string& what) {
  return file_problem(file, "tensor " + quote_name(tensor.name) + " " + what);
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kPrefix; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

// The header's text; the data follow it.
Result<std::string> read_header(const ReadBytes& read, std::uint64_t file_bytes,
                                std::string_view name, const ModelLimits& limits) {
  if (file_bytes < kPrefix) return file_problem(name, "is shorter than 8 bytes; download it again");
  ARGES_ASSIGN_OR_RETURN(const std::string prefix, read(0, kPrefix));
  const std::uint64_t length = little_endian(prefix);
  if (length > limits.header_bytes) {
    return file_problem(name, "claims a header of " + std::to_string(length) +
                                  " bytes; it is no safetensors file or is damaged");
  }
  if (length > file_bytes - kPrefix) {
    return file_problem(name, "ends inside its header; download it again");
  }
  ARGES_ASSIGN_OR_RETURN(std::string header, read(kPrefix, length));
  if (!header.starts_with('{')) return file_problem(name, "has a header that is no JSON object");
  return header;
}

// Bytes that shape × type take; nullopt when that overflows or is no whole number of bytes.
std::optional<std::uint64_t> payload_bytes(const StoredTensor& tensor) {
  std::optional<std::uint64_t> bits = tensor.type.bits;
  for (int axis = 0; axis < tensor.shape.rank() && bits; ++axis) {
    bits = checked_mul(*bits, static_cast<std::uint64_t>(tensor.shape[axis]));
  }
  if (!bits || *bits % 8 != 0) return std::nullopt;
  return *bits / 8;
}

Status check_span(std::string_view file, const StoredTensor& tensor, std::uint64_t data_bytes) {
  if (tensor.begin > tensor.end) return tensor_problem(file, tensor, "ends before it begins");
  if (tensor.end > data_bytes) {
    return tensor_problem(file, tensor, "lies past the end of the file; download the file again");
  }
  const auto expected = payload_bytes(tensor);
  if (!expected) return tensor_problem(file, tensor, "has an absurd or fractional size in bytes");
  const std::uint64_t found = tensor.end - tensor.begin;
  if (*expected == found) return {};
  return tensor_problem(file, tensor,
                        "occupies " + std::to_string(found) + " bytes, but " +
                            tensor.shape.to_string() + " of " + std::string(tensor.type.name) +
                            " needs " + std::to_string(*expected));
}

// Precondition: tensors by ascending begin, spans checked one by one.
Status check_coverage(std::string_view file, const std::vector<StoredTensor>& tensors,
                      std::uint64_t data_bytes) {
  std::uint64_t covered = 0;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.begin < covered) return tensor_problem(file, tensor, "overlaps another tensor");
    if (tensor.begin > covered) return tensor_problem(file, tensor, "has unused bytes before it");
    covered = tensor.end;
  }
  if (covered == data_bytes) return {};
  return file_problem(
      file, "has " + std::to_string(data_bytes - covered) + " bytes that belong to no tensor");
}

}  // namespace

Result<std::vector<StoredTensor>> read_safetensors(const ReadBytes& read, std::uint64_t file_bytes,
                                                   std::string_view file_name,
                                                   const ModelLimits& limits,
                                                   const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(const std::string header,
                         read_header(read, file_bytes, file_name, limits));
  SafetensorsHeaderVisitor visitor(file_name, limits);
  const JsonLimits json{3, limits.tensors_per_file + 1};  // one more for "__metadata__"
  ARGES_RETURN_IF_ERROR(walk_json("file " + quote_name(file_name), header, json, visitor, stop));
  std::vector<StoredTensor> tensors = visitor.take_tensors();

  const std::uint64_t data_start = kPrefix + header.size();
  const std::uint64_t data_bytes = file_bytes - data_start;
  for (const StoredTensor& tensor : tensors) {
    ARGES_RETURN_IF_ERROR(check_span(file_name, tensor, data_bytes));
  }
  std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  ARGES_RETURN_IF_ERROR(check_coverage(file_name, tensors, data_bytes));
  std::sort(tensors.begin(), tensors.end(),
            [](const StoredTensor& a, const StoredTensor& b) { return a.name < b.name; });
  for (StoredTensor& tensor : tensors) {
    tensor.begin += data_start;  // cannot overflow: end is inside the file
    tensor.end += data_start;
  }
  return tensors;
}

}  // namespace arges::sdk
