// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_digest.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "kernels/base/checksum.h"
#include "sdk/model/weights_header.h"

namespace arges::sdk {
namespace {

constexpr std::size_t kSampledBytes = 64;

void add_number(std::uint64_t number, Checksum& sum) {
  sum.add(std::as_bytes(std::span(&number, 1)));
}

// With its length: what follows cannot be taken for part of it.
void add_text(std::string_view text, Checksum& sum) {
  add_number(text.size(), sum);
  sum.add(std::as_bytes(std::span(text)));
}

Status add_configs(const ModelFolder& folder, const ModelLimits& limits, Checksum& sum) {
  for (const std::string_view name :
       {std::string_view("config.json"), std::string_view("preprocessor_config.json"),
        kWeightsHeaderFile}) {
    if (!folder.has(name)) continue;
    ARGES_ASSIGN_OR_RETURN(const std::string text, folder.read_text(name, limits.config_bytes));
    add_text(name, sum);
    add_text(text, sum);
  }
  return {};
}

void add_vocabulary(const language::Tokenizer& tokenizer, Checksum& sum) {
  for (language::TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
    add_number(static_cast<std::uint64_t>(tokenizer.kind(id)), sum);
    add_text(tokenizer.token_bytes(id).value_or(std::string_view()), sum);
  }
}

void add_tensor(const ListedTensor& tensor, std::span<const std::byte> bytes, Checksum& sum) {
  add_text(tensor.name, sum);
  add_text(tensor.type ? tensor.type->name : std::string_view(), sum);
  if (tensor.shape) {
    for (int axis = 0; axis < tensor.shape->rank(); ++axis) {
      add_number(static_cast<std::uint64_t>((*tensor.shape)[axis]), sum);
    }
  }
  const std::size_t count = std::min(kSampledBytes, bytes.size());
  sum.add(bytes.subspan((bytes.size() - count) / 2, count));
}

}  // namespace

Result<std::uint64_t> digest_of(const ModelFolder& folder, const language::Tokenizer* tokenizer,
                                const Checkpoint& checkpoint, const ModelLimits& limits) {
  Checksum sum;
  ARGES_RETURN_IF_ERROR(add_configs(folder, limits, sum));
  if (tokenizer != nullptr) add_vocabulary(*tokenizer, sum);
  for (const ListedTensor& tensor : checkpoint.listing().tensors()) {
    add_tensor(tensor, checkpoint.bytes(tensor.name), sum);
  }
  return sum.value();
}

}  // namespace arges::sdk
