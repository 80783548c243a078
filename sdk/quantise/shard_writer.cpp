// SPDX-License-Identifier: Apache-2.0
#include "sdk/quantise/shard_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "kernels/base/memory.h"
#include "kernels/base/panel_groups.h"
#include "kernels/base/quote_name.h"
#include "kernels/op_table.h"

namespace arges::sdk {
namespace {

constexpr std::size_t kBytesBetweenReports = std::size_t{16} << 20;

}  // namespace

Status ShardWriter::write(const OutputShard& shard) const {
  ARGES_ASSIGN_OR_RETURN(NewFile file, NewFile::create(folder_, shard.name));
  ARGES_RETURN_IF_ERROR(write_bytes(std::as_bytes(std::span(shard.header)), file));
  for (const OutputTensor& tensor : shard.tensors) {
    if (tensor.groups.bits != 0) {
      ARGES_RETURN_IF_ERROR(write_panels(tensor, file));
    } else {
      ARGES_RETURN_IF_ERROR(write_bytes(source_.bytes(tensor.name), file));
      source_.advise_unneeded(tensor.name);
    }
  }
  return file.finish();
}

Status ShardWriter::write_panels(const OutputTensor& tensor, NewFile& file) const {
  ARGES_ASSIGN_OR_RETURN(const Matrix weight, quantise(tensor));
  for (const WeightPiece& piece : tensor.pieces) {
    if (piece.is_last()) source_.advise_unneeded(piece.tensor.name);
  }
  const std::span panels(static_cast<const std::byte*>(weight.data), tensor.bytes);
  if (has_finite_scales(tensor.groups, panels)) return write_bytes(panels, file);
  return model_invalid("tensor " + quote_name(tensor.pieces[0].tensor.name) +
                       ", or one that is kept together with it, holds a number that is not finite, "
                       "so it cannot be quantised");
}

Status ShardWriter::write_bytes(std::span<const std::byte> bytes, NewFile& file) const {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kBytesBetweenReports));
    ARGES_RETURN_IF_ERROR(file.write(part));
    ARGES_RETURN_IF_ERROR(done_(part.size()));
    bytes = bytes.subspan(part.size());
  }
  return {};
}

Result<Matrix> ShardWriter::quantise(const OutputTensor& tensor) const {
  std::vector<kernels::MatrixSource> sources;
  std::vector<Memory> copies;  // of what lies at odd addresses
  for (const WeightPiece& piece : tensor.pieces) {
    const DType dtype = *source_.listing().find(piece.tensor.name)->type->dtype;
    const auto row_bytes = static_cast<std::size_t>(piece.cols) * dtype_size(dtype);
    const auto bytes = source_.bytes(piece.tensor.name)
                           .subspan(static_cast<std::size_t>(piece.first_row) * row_bytes,
                                    static_cast<std::size_t>(piece.rows) * row_bytes);
    const std::byte* data = bytes.data();
    if (reinterpret_cast<std::uintptr_t>(data) % dtype_size(dtype) != 0) {
      ARGES_ASSIGN_OR_RETURN(Memory copy, Memory::allocate(bytes.size()));
      std::memcpy(copy.data(), data, bytes.size());
      data = copy.data();
      copies.push_back(std::move(copy));
    }
    sources.push_back(piece.source(data, dtype));
  }
  Matrix weight;
  ARGES_RETURN_IF_ERROR(kernels::lay_out(context_, {.sources = sources,
                                                    .dtype = DType::kI8,
                                                    .row_type = DType::kI8,
                                                    .groups = tensor.groups,
                                                    .out = &weight}));
  return weight;
}

bool is_written(const ModelFolder& folder, const OutputShard& shard) {
  if (!folder.has(shard.name)) return false;
  const auto file = folder.open_file(shard.name);
  if (!file.ok() || file->size() != shard.bytes) return false;
  const auto header = file->read_text(0, shard.header.size());
  return header.ok() && *header == shard.header;
}

}  // namespace arges::sdk
