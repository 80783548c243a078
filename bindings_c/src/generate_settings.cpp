// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/generate_settings.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>

#include "bindings_c/src/handles.h"
#include "language/text/text_limits.h"

namespace arges::bindings {
namespace {

constexpr std::uint32_t kMaxStopStrings = 16;
constexpr std::uint32_t kMaxStopTokens = 64;
constexpr std::uint32_t kMaxLogitBiases = 1024;
// Some thirty years: a deadline that never comes, and that a clock can still be added to.
constexpr std::uint64_t kLongestDeadlineMs = 1'000'000'000'000;

// The caller's array, once its count and its pointer can be true.
template <typename T>
Result<std::span<const T>> read_array(const T* items, std::uint32_t count, std::uint32_t limit,
                                      const char* name) {
  if (count == 0) return std::span<const T>();
  if (count > limit) {
    return invalid_argument(std::string(name) + " has " + std::to_string(count) +
                            " entries; it may have at most " + std::to_string(limit));
  }
  ARGES_RETURN_IF_ERROR(require_pointer(items, name));
  return std::span<const T>(items, count);
}

Result<bool> read_continue_last(const arges_generate_options& options) {
  if (options.continue_last > 1) return invalid_argument("continue_last must be 0 or 1");
  return options.continue_last == 1;
}

Status read_stops(const arges_generate_options& options, sdk::GenerateOptions& out) {
  ARGES_ASSIGN_OR_RETURN(
      const auto strings,
      read_array(options.stop_strings, options.stop_string_count, kMaxStopStrings, "stop_strings"));
  for (const arges_text& text : strings) {
    ARGES_RETURN_IF_ERROR(require_pointer(text.data, "a stop string"));
    if (text.length > language::TextLimits().max_stop_bytes) {
      return invalid_argument("a stop string has " + std::to_string(text.length) +
                              " bytes; it may have at most " +
                              std::to_string(language::TextLimits().max_stop_bytes));
    }
    out.stop_strings.emplace_back(text.data, text.length);
  }
  ARGES_ASSIGN_OR_RETURN(
      const auto tokens,
      read_array(options.stop_tokens, options.stop_token_count, kMaxStopTokens, "stop_tokens"));
  out.stop_tokens.assign(tokens.begin(), tokens.end());
  return {};
}

Status read_sampling(const arges_generate_options& options, language::SamplingOptions& out) {
  out.temperature = options.temperature;
  // More candidates than any vocabulary has is the same as all of them.
  out.top_k = static_cast<int>(
      std::min<std::uint32_t>(options.top_k, std::numeric_limits<std::int32_t>::max()));
  if (options.top_p != 0) out.top_p = options.top_p;
  out.min_p = options.min_p;
  if (options.repetition_penalty != 0) out.repetition_penalty = options.repetition_penalty;
  out.presence_penalty = options.presence_penalty;
  out.frequency_penalty = options.frequency_penalty;
  out.seed = options.seed;
  ARGES_ASSIGN_OR_RETURN(
      const auto biases,
      read_array(options.logit_biases, options.logit_bias_count, kMaxLogitBiases, "logit_biases"));
  for (const arges_logit_bias& bias : biases) out.logit_bias.emplace_back(bias.token, bias.bias);
  return {};
}

}  // namespace

arges_generate_options default_generate_options() {
  const sdk::GenerateOptions defaults;
  arges_generate_options out{};
  out.struct_size = sizeof out;
  out.max_tokens = static_cast<std::uint32_t>(defaults.max_tokens);
  out.temperature = defaults.sampling.temperature;
  out.top_p = defaults.sampling.top_p;
  out.repetition_penalty = defaults.sampling.repetition_penalty;
  return out;
}

Result<sdk::GenerateOptions> read_generate_options(const arges_generate_options& options) {
  sdk::GenerateOptions out;
  if (options.max_tokens != 0) out.max_tokens = options.max_tokens;
  out.deadline = std::chrono::milliseconds(
      static_cast<std::int64_t>(std::min(options.deadline_ms, kLongestDeadlineMs)));
  ARGES_ASSIGN_OR_RETURN(out.continue_last, read_continue_last(options));
  out.priority = options.priority;
  ARGES_RETURN_IF_ERROR(read_stops(options, out));
  ARGES_RETURN_IF_ERROR(read_sampling(options, out.sampling));
  return out;
}

}  // namespace arges::bindings
