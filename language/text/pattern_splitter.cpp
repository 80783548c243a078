// SPDX-License-Identifier: Apache-2.0
#include "language/text/pattern_splitter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

#include "language/text/pattern_dialect.h"

namespace arges::language {
namespace {

// Long runs of capitals and spaces backtrack one character at a time, which the JIT does on its
// own stack; it starts small and grows when needed.
constexpr std::size_t kJitStackStart = 32 * 1024;
constexpr std::size_t kJitStackLimit = 16 * 1024 * 1024;

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

// What one split() call needs besides the compiled patterns.
struct MatchScratch {
  Owned<pcre2_match_context> context{pcre2_match_context_create(nullptr)};
  Owned<pcre2_jit_stack> stack{pcre2_jit_stack_create(kJitStackStart, kJitStackLimit, nullptr)};
  Owned<pcre2_match_data> data{pcre2_match_data_create(1, nullptr)};

  bool complete() const { return context && stack && data; }
};

}  // namespace

struct PatternSplitter::Stage {
  Owned<pcre2_code> code;
  std::uint32_t max_steps;

  Status split(std::string_view text, const MatchScratch& scratch,
               std::vector<std::string_view>& out) const;
};

Status PatternSplitter::Stage::split(std::string_view text, const MatchScratch& scratch,
                                     std::vector<std::string_view>& out) const {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(scratch.data.get());
  std::size_t done = 0;
  std::size_t search = 0;
  while (search < text.size()) {
    const int count =
        pcre2_match(code.get(), subject, text.size(), search, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
                    scratch.data.get(), scratch.context.get());
    if (count == PCRE2_ERROR_NOMATCH) break;
    if (count < 0) return match_failure(count);
    const std::size_t begin = bounds[0];
    const std::size_t end = bounds[1];
    if (begin < done || end <= begin) return match_failure(PCRE2_ERROR_INTERNAL);
    if (begin > done) out.push_back(text.substr(done, begin - done));
    out.push_back(text.substr(begin, end - begin));
    done = search = end;
  }
  if (done < text.size()) out.push_back(text.substr(done));
  return {};
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
  for (const std::string& written : patterns) {
    if (written.empty() || written.size() > limits.max_pattern_bytes) {
      return model_invalid("A pre-tokenizer pattern must have 1 to " +
                           std::to_string(limits.max_pattern_bytes) + " bytes.");
    }
    const std::string pattern = with_unicode_white_space(written);
    int error = 0;
    PCRE2_SIZE offset = 0;
    Owned<pcre2_code> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &offset, nullptr));
    if (!code) {
      return model_invalid("The pre-tokenizer pattern does not compile: " + pcre2_message(error) +
                           ".");
    }
    // Without JIT (a hardened kernel may forbid it) the interpreter matches the same, slower.
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
    splitter.stages_.push_back(
        std::make_unique<Stage>(Stage{std::move(code), limits.max_match_steps}));
  }
  return splitter;
}

Result<std::vector<std::string_view>> PatternSplitter::split(std::string_view text) const {
  std::vector<std::string_view> pieces;
  if (!text.empty()) pieces.push_back(text);
  const MatchScratch scratch;
  if (!scratch.complete()) return match_failure(PCRE2_ERROR_NOMEMORY);
  pcre2_jit_stack_assign(scratch.context.get(), nullptr, scratch.stack.get());
  for (const auto& stage : stages_) {
    pcre2_set_match_limit(scratch.context.get(), stage->max_steps);
    std::vector<std::string_view> finer;
    for (const std::string_view piece : pieces) {
      ARGES_RETURN_IF_ERROR(stage->split(piece, scratch, finer));
    }
    pieces = std::move(finer);
  }
  return pieces;
}

}  // namespace arges::language
