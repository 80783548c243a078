// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "kernels/base/arena.h"
#include "kernels/base/status.h"
#include "kernels/ops/embed.h"
#include "kernels/ops/step_span.h"
#include "language/state/sequence.h"
#include "language/text/token.h"

namespace arges::language {

// Which rows of a part the step makes logits of.
enum class LogitRows : std::uint8_t { kNone, kLast, kAll };

// One sequence's part of a step: its next tokens, a piece of a prompt or one token of an answer.
struct StepPart {
  Sequence* sequence = nullptr;
  std::span<const TokenId> ids;  // at least one
  // Where messages and pictures end inside the part: ascending, in (0, ids). Tokens are worked on
  // in blocks that begin at the part's first token and behind each cut; so if a sequence's parts
  // begin at cuts or at multiples of kernels::kLightningBlock behind them, its bits depend on its
  // tokens and cuts alone.
  std::span<const std::int64_t> cuts;
  std::span<const kernels::PictureRows> pictures;  // begins count from the part's first token
  LogitRows logits = LogitRows::kNone;
};

// What the ops must know of a step's rows, in memory of their device.
struct StepTables {
  ConstTensorView ids;         // [n] i32
  ConstTensorView positions;   // [n] i32
  ConstTensorView spans;       // [·, 6] i32, kernels::StepSpan
  ConstTensorView pages;       // [·] i32: the sequences' page numbers, one list behind the other
  ConstTensorView logit_rows;  // [r] i32
  const void* end = nullptr;   // of their memory
};

// Which tokens of which sequences a step absorbs: one ragged batch, all rows one after another.
class StepPlan {
 public:
  // Appends a part, and makes room in its sequence. INVALID_ARGUMENT for a part without tokens or
  // with cuts outside it, OUT_OF_MEMORY_*. No sequence may have two parts.
  Status add(const StepPart& part);

  std::int64_t rows() const { return static_cast<std::int64_t>(ids_.size()); }
  std::int64_t logit_rows() const { return static_cast<std::int64_t>(logit_rows_.size()); }
  std::span<const kernels::PictureRows> pictures() const { return pictures_; }

  // Whether every part is one token of an answer: the shape of its tables follows from rows alone.
  bool is_decode() const { return rows() > 0 && std::ssize(spans_) == rows() && pictures_.empty(); }

  // All tables in one upload. They live as long as what else is taken from the arena's scope. Steps
  // of as many rows and spans find them at the same places, while their pages fit the same room.
  Result<StepTables> upload(Arena& arena) const;

  // Counts every part's tokens as absorbed: behind the step.
  void advance() const;

 private:
  void add_spans(const StepPart& part);

  struct Growth {
    Sequence* sequence;
    std::int64_t tokens;
  };
  std::vector<Growth> growth_;
  std::vector<std::int32_t> ids_;
  std::vector<std::int32_t> positions_;
  std::vector<kernels::StepSpan> spans_;
  std::vector<std::int32_t> pages_;
  std::vector<std::int32_t> logit_rows_;
  std::vector<kernels::PictureRows> pictures_;
};

}  // namespace arges::language
