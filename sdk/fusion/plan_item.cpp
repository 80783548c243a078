// SPDX-License-Identifier: Apache-2.0
#include "sdk/fusion/plan_item.h"

#include <algorithm>
#include <vector>

namespace arges::sdk {
namespace {

Status check_item(const StepItem& item) {
  const std::int64_t size = std::ssize(item.input->ids);
  if (item.begin < 0 || item.count < 1 || item.begin > size - item.count) {
    return invalid_argument("fusion: the chunk leaves the input");
  }
  for (const ModelInput::Picture& picture : item.input->pictures) {
    if (picture.begin < 0 || picture.begin + picture.features->tokens > size) {
      return invalid_argument("fusion: a picture's placeholders leave the input");
    }
  }
  return {};
}

// The pictures' rows that fall inside the item.
std::vector<kernels::PictureRows> pictures_of(const StepItem& item, std::int64_t hidden) {
  std::vector<kernels::PictureRows> rows;
  for (const ModelInput::Picture& picture : item.input->pictures) {
    const std::int64_t first = std::max(picture.begin, item.begin);
    const std::int64_t last =
        std::min(picture.begin + picture.features->tokens, item.begin + item.count);
    if (first >= last) continue;
    const TensorView features = picture.features->data.view({picture.features->tokens, hidden});
    rows.push_back({first - item.begin, features.slice(first - picture.begin, last - first)});
  }
  return rows;
}

// The cuts that fall inside the item.
std::vector<std::int64_t> cuts_of(const StepItem& item) {
  std::vector<std::int64_t> cuts;
  for (const std::int64_t cut : item.input->cuts) {
    if (cut > item.begin && cut < item.begin + item.count) cuts.push_back(cut - item.begin);
  }
  return cuts;
}

}  // namespace

Status add_item(const StepItem& item, language::Sequence& sequence, std::int64_t hidden,
                language::StepPlan& plan) {
  ARGES_RETURN_IF_ERROR(check_item(item));
  const std::vector<kernels::PictureRows> pictures = pictures_of(item, hidden);
  const std::vector<std::int64_t> cuts = cuts_of(item);
  const auto ids =
      std::span(item.input->ids)
          .subspan(static_cast<std::size_t>(item.begin), static_cast<std::size_t>(item.count));
  return plan.add(
      {.sequence = &sequence,
       .ids = ids,
       .cuts = cuts,
       .pictures = pictures,
       .logits = item.wants_logits ? language::LogitRows::kLast : language::LogitRows::kNone});
}

}  // namespace arges::sdk
