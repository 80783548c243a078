// SPDX-License-Identifier: Apache-2.0
#include "language/model/step_plan.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace arges::language {
namespace {

bool are_cuts(std::span<const std::int64_t> cuts, std::int64_t count) {
  const bool rise =
      std::adjacent_find(cuts.begin(), cuts.end(), std::greater_equal<>()) == cuts.end();
  return cuts.empty() || (rise && cuts.front() > 0 && cuts.back() < count);
}

// Numbers of several tables on their way into one tensor of i32.
class Packed {
 public:
  std::int64_t add(std::span<const std::int32_t> numbers) {
    const std::int64_t begin = std::ssize(numbers_);
    numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
    return begin;
  }
  // Room in powers of two, so that what lies behind stays where it is while a step's pages grow.
  void round_up() { numbers_.resize(std::bit_ceil(std::max(numbers_.size(), kLeastRoom))); }
  const std::vector<std::int32_t>& numbers() const { return numbers_; }

 private:
  static constexpr std::size_t kLeastRoom = 1024;

  std::vector<std::int32_t> numbers_;
};

std::span<const std::int32_t> numbers_of(std::span<const kernels::StepSpan> spans) {
  return {reinterpret_cast<const std::int32_t*>(spans.data()),
          spans.size() * static_cast<std::size_t>(kernels::kSpanFields)};
}

}  // namespace

Status StepPlan::add(const StepPart& part) {
  const std::int64_t count = std::ssize(part.ids);
  if (count < 1) return invalid_argument("step: a sequence brings no token");
  if (!are_cuts(part.cuts, count)) return invalid_argument("step: the cuts leave their part");
  ARGES_RETURN_IF_ERROR(part.sequence->reserve(count));
  const std::int64_t first = rows();
  add_spans(part);
  for (kernels::PictureRows picture : part.pictures) {
    picture.begin += first;
    pictures_.push_back(picture);
  }
  for (const BlockRef& page : part.sequence->pages()) pages_.push_back(page.block());
  ids_.insert(ids_.end(), part.ids.begin(), part.ids.end());
  positions_.resize(ids_.size());
  std::iota(positions_.begin() + first, positions_.end(),
            static_cast<std::int32_t>(part.sequence->length()));
  const std::int64_t last = rows();
  const std::int64_t wanted =
      part.logits == LogitRows::kAll ? first : (part.logits == LogitRows::kLast ? last - 1 : last);
  for (std::int64_t row = wanted; row < last; ++row) {
    logit_rows_.push_back(static_cast<std::int32_t>(row));
  }
  growth_.push_back({part.sequence, count});
  return {};
}

// A span for each stretch between cuts. The first reads the state where the sequence has it, the
// others where the one before has put it.
void StepPlan::add_spans(const StepPart& part) {
  const std::int64_t count = std::ssize(part.ids);
  std::int64_t begin = 0;
  for (std::size_t i = 0; i <= part.cuts.size(); ++i) {
    const std::int64_t end = i < part.cuts.size() ? part.cuts[i] : count;
    kernels::StepSpan span;
    span.row = static_cast<std::int32_t>(rows() + begin);
    span.count = static_cast<std::int32_t>(end - begin);
    span.position = static_cast<std::int32_t>(part.sequence->length() + begin);
    span.write_slot = part.sequence->write_slot();
    span.read_slot = begin == 0 ? part.sequence->read_slot() : span.write_slot;
    span.first_page = static_cast<std::int32_t>(pages_.size());
    spans_.push_back(span);
    begin = end;
  }
}

Result<StepTables> StepPlan::upload(Arena& arena) const {
  Packed packed;
  const std::int64_t ids = packed.add(ids_);
  const std::int64_t positions = packed.add(positions_);
  const std::int64_t spans = packed.add(numbers_of(spans_));
  const std::int64_t logit_rows = packed.add(logit_rows_);
  const std::int64_t pages = packed.add(pages_);
  packed.round_up();
  ARGES_ASSIGN_OR_RETURN(const TensorView all, arena.upload(packed.numbers()));
  StepTables tables;
  tables.ids = all.slice(ids, rows());
  tables.positions = all.slice(positions, rows());
  tables.spans =
      all.slice(spans, logit_rows - spans).reshaped({std::ssize(spans_), kernels::kSpanFields});
  tables.pages = all.slice(pages, std::ssize(pages_));
  tables.end = static_cast<const std::byte*>(all.data) + all.bytes();
  tables.logit_rows = all.slice(logit_rows, this->logit_rows());
  return tables;
}

void StepPlan::advance() const {
  for (const Growth& growth : growth_) growth.sequence->advance(growth.tokens);
}

}  // namespace arges::language
