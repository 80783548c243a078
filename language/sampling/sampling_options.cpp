// SPDX-License-Identifier: Apache-2.0
#include "language/sampling/sampling_options.h"

#include <array>
#include <string>
#include <unordered_set>

namespace arges::language {
namespace {

constexpr std::size_t kMaxBiases = 4096;
constexpr float kMaxBias = 1000.0f;

struct Range {
  const char* name;
  float value;
  float low;
  float high;
  bool low_allowed;  // false: the value must be above `low`

  // False for NaN.
  bool holds() const { return (low_allowed ? value >= low : value > low) && value <= high; }
  std::string sentence() const {
    return std::string(name) + " must be " + (low_allowed ? "from " : "above ") +
           std::to_string(static_cast<int>(low)) + " to " + std::to_string(static_cast<int>(high)) +
           "; it is " + std::to_string(value) + ".";
  }
};

Status check_biases(const SamplingOptions& options, TokenId vocab_size) {
  if (options.logit_bias.size() > kMaxBiases) {
    return invalid_argument("logit_bias has more than " + std::to_string(kMaxBiases) + " entries.");
  }
  std::unordered_set<TokenId> seen;
  for (const auto& [id, bias] : options.logit_bias) {
    const std::string name = "logit_bias of token " + std::to_string(id);
    if (id < 0 || id >= vocab_size) {
      return invalid_argument(name + " names no token; ids lie in 0.." +
                              std::to_string(vocab_size - 1) + ".");
    }
    if (!seen.insert(id).second) return invalid_argument(name + " is given twice.");
    const Range range{name.c_str(), bias, -kMaxBias, kMaxBias, true};
    if (!range.holds()) return invalid_argument(range.sentence());
  }
  return {};
}

}  // namespace

Status check_sampling_options(const SamplingOptions& options, TokenId vocab_size) {
  const std::array<Range, 6> ranges{
      {{"temperature", options.temperature, 0, 100, true},
       {"top_p", options.top_p, 0, 1, false},
       {"min_p", options.min_p, 0, 1, true},
       {"repetition_penalty", options.repetition_penalty, 0, 100, false},
       {"presence_penalty", options.presence_penalty, -100, 100, true},
       {"frequency_penalty", options.frequency_penalty, -100, 100, true}}};
  for (const Range& range : ranges) {
    if (!range.holds()) return invalid_argument(range.sentence());
  }
  if (options.top_k < 0) return invalid_argument("top_k must be 0 (off) or more.");
  return check_biases(options, vocab_size);
}

}  // namespace arges::language
