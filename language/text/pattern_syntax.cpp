// SPDX-License-Identifier: Apache-2.0
#include "language/text/pattern_syntax.h"

#include <cstddef>
#include <string>

namespace arges::language {
namespace {

constexpr std::size_t kMostRepeats = 256;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Walks over a pattern as the engine's parser does, as far as these rules need.
class SyntaxWalk {
 public:
  explicit SyntaxWalk(std::string_view pattern) : left_(pattern) {}

  Status run() {
    while (!left_.empty()) ARGES_RETURN_IF_ERROR(step());
    return {};
  }

 private:
  Status step() {
    const char c = take();
    if (c == '\\') return escape();
    if (in_brackets_) {
      if (c == '[' && left_.starts_with(":")) skip_behind(":]");
      if (c == ']' && !at_bracket_start_) in_brackets_ = false;
      at_bracket_start_ = at_bracket_start_ && c == '^';
      return {};
    }
    if (c == '[') in_brackets_ = at_bracket_start_ = true;
    if (c == '(' && left_.starts_with("*")) {
      return unsupported("The pre-tokenizer pattern has \"(*\", which is not supported.");
    }
    return c == '{' ? repeat() : Status();
  }

  Status escape() {
    at_bracket_start_ = false;
    if (left_.empty()) return {};
    const char c = take();
    if (c == 'Q') skip_behind("\\E");
    if (c == 'X' && !in_brackets_) {
      return unsupported("The pre-tokenizer pattern has \\X, which is not supported.");
    }
    // Those whose braces hold a name or a number.
    constexpr std::string_view kBraced = "pPxoNgk";
    if (kBraced.find(c) != std::string_view::npos && left_.starts_with("{")) skip_behind("}");
    return {};
  }

  // Behind "{": every number up to "}" of what may be a repeat.
  Status repeat() {
    std::size_t number = 0;
    for (; !left_.empty() &&
           (is_digit(left_.front()) || left_.front() == ',' || left_.front() == ' ');
         left_.remove_prefix(1)) {
      const char c = left_.front();
      number = is_digit(c) ? number * 10 + static_cast<std::size_t>(c - '0') : 0;
      if (number > kMostRepeats) {
        return unsupported("The pre-tokenizer pattern repeats something more than " +
                           std::to_string(kMostRepeats) + " times, which is not supported.");
      }
    }
    return {};
  }

  char take() {
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }
  void skip_behind(std::string_view end) {
    const std::size_t at = left_.find(end);
    left_.remove_prefix(at == std::string_view::npos ? left_.size() : at + end.size());
  }

  std::string_view left_;
  bool in_brackets_ = false;
  bool at_bracket_start_ = false;  // where "]" stands for itself
};

}  // namespace

Status check_pattern_syntax(std::string_view pattern) {
  return SyntaxWalk(pattern).run();
}

}  // namespace arges::language
