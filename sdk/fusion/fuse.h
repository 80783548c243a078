// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/exec_context.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "language/model/decoder.h"
#include "sdk/runtime/model.h"

namespace arges::sdk {

// Where pictures meet words (architecture.md §4.4): hidden [count, hidden_size] f32 becomes the
// word embeddings of input.ids[begin, begin + count), with the rows of every placeholder run
// replaced, in order, by its picture's features. INVALID_ARGUMENT when a run leaves the ids.
Status fuse(const kernels::ExecContext& context, const language::Decoder& decoder,
            const ModelInput& input, std::int64_t begin, std::int64_t count, TensorView hidden);

}  // namespace arges::sdk
