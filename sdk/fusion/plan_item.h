// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"
#include "language/model/step_plan.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// Where pictures meet words (architecture.md §4.4): adds an item's tokens to a step's plan, the
// rows of every placeholder run inside it replaced, in order, by its picture's features, each
// `hidden` wide, and cut where the input is. INVALID_ARGUMENT when the item or a run leaves the
// ids, and as StepPlan::add.
Status add_item(const StepItem& item, language::Sequence& sequence, std::int64_t hidden,
                language::StepPlan& plan);

}  // namespace arges::sdk
