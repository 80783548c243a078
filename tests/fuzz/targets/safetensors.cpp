// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: MODEL_INVALID, or tensors that cover the data once.
#include <algorithm>
#include <vector>

#include "sdk/model/safetensors.h"
#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/target.h"

namespace {

using namespace arges::fuzz;
using arges::sdk::StoredTensor;

constexpr double kSeconds = 0.5;

void check_tensors(std::vector<StoredTensor> tensors, std::size_t file_size) {
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    require(tensors[i - 1].name < tensors[i].name, "names ascend, none twice");
  }
  std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t covered = tensors.empty() ? file_size : tensors.front().begin;
  for (const StoredTensor& tensor : tensors) {
    require(tensor.begin == covered && tensor.end >= covered, "tensors lie one after the other");
    require(tensor.begin >= 8 && tensor.end <= file_size, "tensors lie in the data");
    covered = tensor.end;
  }
  require(covered == file_size, "tensors cover the data");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  const CpuTime time;
  const std::string_view file = as_text(data, size);
  const auto read = [&](std::uint64_t offset, std::uint64_t count) -> arges::Result<std::string> {
    require(offset <= size && count <= size - offset, "reads lie in the file");
    return std::string(file.substr(offset, count));
  };
  auto tensors =
      arges::sdk::read_safetensors(read, size, "model.safetensors", {}, arges::never_stop());
  time.require_below(kSeconds, "read_safetensors()");
  if (!tensors.ok()) {
    require_status(tensors.status(), {arges::StatusCode::kModelInvalid});
    return 0;
  }
  check_tensors(std::move(tensors).value(), size);
  return 0;
}
