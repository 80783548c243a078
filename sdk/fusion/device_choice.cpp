// SPDX-License-Identifier: Apache-2.0
#include "sdk/fusion/device_choice.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/cuda/loader/load_cuda_library.h"
#include "sdk/fusion/instruction_set.h"

namespace arges::sdk {
namespace {

using kernels::cuda::CudaCard;
using kernels::cuda::CudaLibrary;
using kernels::cuda::CudaPrecision;

constexpr const char* kAskedFor = "it was asked for";

// Of what lives as long as the program.
std::shared_ptr<const kernels::Backend> unowned(const kernels::Backend& backend) {
  return {std::shared_ptr<void>(), &backend};
}

std::string target_of(const CudaCard& card) {
  return "sm_" + std::to_string(card.major) + std::to_string(card.minor);
}

Status no_such_card(std::int64_t index, std::size_t cards) {
  return unsupported("there is no GPU " + std::to_string(index) + "; of those that can be used " +
                     std::to_string(cards) + " are here");
}

// Cards are counted as the driver does, those that cannot be used among them.
Result<CudaCard> find_card(const CudaLibrary& library, std::optional<std::int64_t> index) {
  ARGES_ASSIGN_OR_RETURN(const std::vector<CudaCard> cards, library.cards());
  if (!index) return cards.front();
  for (const CudaCard& card : cards) {
    if (card.index == *index) return card;
  }
  return no_such_card(*index, cards.size());
}

// Without an index: the first card.
Result<DeviceChoice> take_card(std::optional<std::int64_t> index,
                               CudaPrecision precision = CudaPrecision::kMixed) {
  ARGES_ASSIGN_OR_RETURN(const CudaLibrary* library, kernels::cuda::cuda_library());
  ARGES_ASSIGN_OR_RETURN(const CudaCard card, find_card(*library, index));
  DeviceChoice choice;
  ARGES_ASSIGN_OR_RETURN(choice.backend, library->backend(card.index, precision));
  choice.index = card.index;
  choice.instruction_set = target_of(card);
  choice.reason = index ? kAskedFor : "auto takes the first GPU, " + card.name;
  return choice;
}

// N of "cuda:N".
std::optional<std::int64_t> index_in(std::string_view name) {
  constexpr std::string_view kPrefix = "cuda:";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(name.begin(), name.end(), number);
  if (error != std::errc() || end != name.end()) return std::nullopt;
  return number;
}

Result<DeviceChoice> choose_without_index(const std::string& name) {
  if (name == "cpu") return the_processor(kAskedFor);
  if (name == "reference") {
    return DeviceChoice{unowned(kernels::reference_backend()), 0, "scalar", kAskedFor};
  }
  if (const auto number = index_in(name)) return take_card(*number);
  if (name != "auto") {
    return unsupported(
        "this device is not known; use \"auto\", \"cpu\", \"cuda\" or \"cuda:\" and a number");
  }
  Result<DeviceChoice> card = take_card(std::nullopt);
  return card.ok() ? std::move(card) : the_processor_after(card.status());
}

}  // namespace

DeviceChoice the_processor(std::string reason) {
  return {unowned(kernels::cpu_backend()), 0, kernel_instruction_set(), std::move(reason)};
}

DeviceChoice the_processor_after(const Status& failure) {
  std::string reason = "auto takes the processor: " + failure.message();
  if (reason.ends_with('.')) reason.pop_back();
  return the_processor(std::move(reason));
}

Result<DeviceChoice> choose_device(const std::string& name, std::int64_t index) {
  if (name == "cuda") return take_card(index);
  if (name == "cuda-fp32") return take_card(index, CudaPrecision::kFp32);
  if (index != 0) {
    return unsupported("device_index counts GPUs: set it to 0, or device to \"cuda\"");
  }
  return choose_without_index(name);
}

}  // namespace arges::sdk
