// SPDX-License-Identifier: Apache-2.0
#include "language/text/pattern_splitter.h"

#include <array>
#include <utility>

#include "language/text/pattern_dialect.h"
#include "language/text/pattern_items.h"

namespace arges::language {
namespace {

// Long runs of capitals and spaces backtrack one character at a time, which the JIT does on its
// own stack; it starts small and grows when needed.
constexpr std::size_t kJitStackStart = 32 * 1024;
constexpr std::size_t kJitStackLimit = 16 * 1024 * 1024;
constexpr std::uint64_t kFreeSteps = 1 << 16;  // so that a long pattern can read a short text

struct Pcre2Free {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
template <typename T>
using Owned = std::unique_ptr<T, Pcre2Free>;

std::string pcre2_message(int code) {
  std::array<PCRE2_UCHAR, 160> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

Status match_failure(int code) {
  if (code == PCRE2_ERROR_NOMEMORY) {
    return {StatusCode::kOutOfMemoryHost, "There is not enough memory to split the text."};
  }
  return invalid_argument("The text takes too long to split by the tokenizer's pattern (" +
                          pcre2_message(code) + "); shorten its longest run of characters.");
}

// The patterns known to take linear time need no counting.
bool is_known(std::string_view pattern) {
  return pattern == kPublishedPattern || pattern == kByteLevelPattern;
}

// Counts what an unknown pattern does, from inside the match: PCRE2 calls out before every item,
// which is charged with its price at once and, at the item after it, with the distance it moved.
class StepCounter {
 public:
  explicit StepCounter(std::uint64_t budget) : left_(budget) {}

  // The next match: what the pattern's items cost, by their place in it; where the match begins to
  // look; whom to ask meanwhile.
  void begin(const std::vector<std::uint32_t>& prices, std::size_t position,
             const StopCheck& stop) {
    prices_ = &prices;
    position_ = position;
    stop_ = &stop;
  }
  // PCRE2's callout: 0 goes on, a negative number ends the match.
  static int count(pcre2_callout_block* block, void* counter) {
    auto& self = *static_cast<StepCounter*>(counter);
    return self.take((*self.prices_)[block->pattern_position], block->current_position);
  }
  Status status() const { return status_; }

 private:
  static constexpr std::uint64_t kStepsBetweenStopChecks = 1 << 14;

  int take(std::uint32_t price, std::size_t position) {
    const std::size_t moved = position > position_ ? position - position_ : position_ - position;
    position_ = position;
    const std::uint64_t steps = price + moved;
    if (steps > left_) return fail(match_failure(PCRE2_ERROR_MATCHLIMIT));
    left_ -= steps;
    since_check_ += steps;
    if (since_check_ < kStepsBetweenStopChecks) return 0;
    since_check_ = 0;
    Status stopped = (*stop_)();
    return stopped.ok() ? 0 : fail(std::move(stopped));
  }

  int fail(Status status) {
    status_ = std::move(status);
    return PCRE2_ERROR_CALLOUT;
  }

  std::uint64_t left_;
  std::uint64_t since_check_ = 0;
  const std::vector<std::uint32_t>* prices_ = nullptr;
  std::size_t position_ = 0;
  const StopCheck* stop_ = nullptr;
  Status status_;
};

// What reading one text needs besides the compiled patterns.
struct MatchScratch {
  Owned<pcre2_match_context> context{pcre2_match_context_create(nullptr)};
  Owned<pcre2_jit_stack> stack{pcre2_jit_stack_create(kJitStackStart, kJitStackLimit, nullptr)};
  Owned<pcre2_match_data> data{pcre2_match_data_create(1, nullptr)};

  bool complete() const { return context && stack && data; }
  void limit(const TextLimits& limits, StepCounter& counter) const {
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    pcre2_set_match_limit(context.get(), limits.max_match_steps);
    pcre2_set_heap_limit(context.get(), limits.max_match_memory / 1024);
    pcre2_set_callout(context.get(), &StepCounter::count, &counter);
  }
};

}  // namespace

struct PatternSplitter::Stage {
  Owned<pcre2_code> code;
  std::vector<std::uint32_t> prices;  // of the items of a pattern that is not known

  static Result<Stage> compile(const std::string& written, const TextLimits& limits);
};

Result<PatternSplitter::Stage> PatternSplitter::Stage::compile(const std::string& written,
                                                               const TextLimits& limits) {
  if (written.empty() || written.size() > limits.max_pattern_bytes) {
    return model_invalid("A pre-tokenizer pattern must have 1 to " +
                         std::to_string(limits.max_pattern_bytes) + " bytes.");
  }
  const std::string pattern = with_unicode_white_space(written);
  // No group is looked at, and each that captures makes every step of a match dearer.
  std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;
  if (!is_known(written)) options |= PCRE2_AUTO_CALLOUT;
  int error = 0;
  PCRE2_SIZE offset = 0;
  Stage stage{Owned<pcre2_code>(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()),
                                              pattern.size(), options, &error, &offset, nullptr)),
              {}};
  if (!stage.code) {
    return model_invalid("The pre-tokenizer pattern does not compile: " + pcre2_message(error) +
                         ".");
  }
  std::uint32_t named_groups = 0;
  pcre2_pattern_info(stage.code.get(), PCRE2_INFO_CAPTURECOUNT, &named_groups);
  if (named_groups > 0) {
    return unsupported("The pre-tokenizer pattern names a group, which is not supported.");
  }
  if (!is_known(written)) {
    ARGES_ASSIGN_OR_RETURN(stage.prices, price_pattern_items(*stage.code, pattern));
  }
  // Without JIT (a hardened kernel may forbid it) the interpreter matches the same, slower.
  pcre2_jit_compile(stage.code.get(), PCRE2_JIT_COMPLETE);
  return stage;
}

// How far one pattern has come in a piece of the one before.
struct PieceCursor {
  std::string_view text;
  std::size_t done = 0;    // bytes of it that have been given out or wait in `match`
  std::string_view match;  // found behind a gap, which goes first
};

struct PatternSplitter::Reader::State {
  State(const PatternSplitter& owner, std::string_view whole)
      : splitter(owner),
        text(whole),
        cursors(owner.stages_.size()),
        counter(kFreeSteps + owner.limits_.max_steps_per_byte * whole.size()) {
    if (scratch.complete()) scratch.limit(owner.limits_, counter);
  }

  Result<std::string_view> next(std::size_t stages, const StopCheck& stop);
  Result<std::string_view> match(const Stage& stage, PieceCursor& cursor);

  const PatternSplitter& splitter;
  std::string_view text;  // until it is taken
  std::vector<PieceCursor> cursors;
  MatchScratch scratch;
  StepCounter counter;
};

// The next piece behind so many patterns; behind none it is the whole text.
Result<std::string_view> PatternSplitter::Reader::State::next(std::size_t stages,
                                                              const StopCheck& stop) {
  if (stages == 0) return std::exchange(text, {});
  PieceCursor& cursor = cursors[stages - 1];
  if (!cursor.match.empty()) return std::exchange(cursor.match, {});
  if (cursor.done == cursor.text.size()) {
    ARGES_ASSIGN_OR_RETURN(const std::string_view piece, next(stages - 1, stop));
    if (piece.empty()) return piece;
    cursor = {piece, 0, {}};
  }
  counter.begin(splitter.stages_[stages - 1]->prices, cursor.done, stop);
  return match(*splitter.stages_[stages - 1], cursor);
}

// One match, or what lies before it.
Result<std::string_view> PatternSplitter::Reader::State::match(const Stage& stage,
                                                               PieceCursor& cursor) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(cursor.text.data());
  const int count =
      pcre2_match(stage.code.get(), subject, cursor.text.size(), cursor.done,
                  PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, scratch.data.get(), scratch.context.get());
  if (count == PCRE2_ERROR_NOMATCH) {
    const std::string_view rest = cursor.text.substr(cursor.done);
    cursor.done = cursor.text.size();
    return rest;
  }
  if (count == PCRE2_ERROR_CALLOUT) return counter.status();
  if (count < 0) return match_failure(count);
  const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(scratch.data.get());
  const std::size_t begin = bounds[0];
  const std::size_t end = bounds[1];
  if (begin < cursor.done || end <= begin) return match_failure(PCRE2_ERROR_INTERNAL);
  const std::string_view gap = cursor.text.substr(cursor.done, begin - cursor.done);
  const std::string_view found = cursor.text.substr(begin, end - begin);
  cursor.done = end;
  if (gap.empty()) return found;
  cursor.match = found;
  return gap;
}

PatternSplitter::Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PatternSplitter::Reader::Reader(Reader&&) noexcept = default;
PatternSplitter::Reader& PatternSplitter::Reader::operator=(Reader&&) noexcept = default;
PatternSplitter::Reader::~Reader() = default;

Result<std::string_view> PatternSplitter::Reader::next(const StopCheck& stop) {
  return state_->next(state_->cursors.size(), stop);
}

PatternSplitter::PatternSplitter() = default;
PatternSplitter::PatternSplitter(PatternSplitter&&) noexcept = default;
PatternSplitter& PatternSplitter::operator=(PatternSplitter&&) noexcept = default;
PatternSplitter::~PatternSplitter() = default;

Result<PatternSplitter> PatternSplitter::create(const std::vector<std::string>& patterns,
                                                const TextLimits& limits) {
  if (patterns.size() > limits.max_pattern_stages) {
    return model_invalid("The pre-tokenizer has more than " +
                         std::to_string(limits.max_pattern_stages) + " patterns.");
  }
  PatternSplitter splitter;
  splitter.limits_ = limits;
  for (const std::string& written : patterns) {
    ARGES_ASSIGN_OR_RETURN(auto stage, Stage::compile(written, limits));
    splitter.stages_.push_back(std::make_unique<Stage>(std::move(stage)));
  }
  return splitter;
}

Result<PatternSplitter::Reader> PatternSplitter::read(std::string_view text) const {
  auto state = std::make_unique<Reader::State>(*this, text);
  if (!state->scratch.complete()) return match_failure(PCRE2_ERROR_NOMEMORY);
  return Reader(std::move(state));
}

}  // namespace arges::language
