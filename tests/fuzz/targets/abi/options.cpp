// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets/abi/options.h"

#include <cstring>
#include <filesystem>
#include <string>

#include "tests/fuzz/support/check.h"

namespace arges::fuzz {
namespace {

constexpr char kPocket[] = ARGES_SOURCE_DIR "/models/pocket";
// A model without a tokenizer.
constexpr char kIncomplete[] = ARGES_SOURCE_DIR "/tests/golden/text/l6_odd_sizes/model";

std::int32_t go_on(void* user, std::uint64_t done, std::uint64_t total) {
  auto& last = static_cast<OpeningOptions*>(user)->done_bytes;
  require(done >= last && done <= total, "loading goes forward");
  last = done;
  return 0;
}

std::int32_t stop(void*, std::uint64_t, std::uint64_t) {
  return 1;
}

void choose_stops(std::uint8_t number, arges_generate_options& options, bool& valid) {
  static constexpr arges_text kStop[] = {{"a", 1}, {"", 0}, {"\xFF", 1}};
  static constexpr std::int32_t kTokens[] = {1, -1};
  if (number / 8 == 3) {
    options.stop_strings = kStop;
    options.stop_string_count = 1 + number % 3;
    valid = options.stop_string_count == 1;
  } else if (number / 8 == 4) {
    options.stop_tokens = kTokens;
    options.stop_token_count = 1 + number % 2;
    valid = options.stop_token_count == 1;
  } else {
    options.stop_string_count = 17;
    valid = false;
  }
}

void choose_biases(std::uint8_t number, arges_generate_options& options, bool& valid) {
  static constexpr arges_logit_bias kBiases[] = {{97, 5}, {98, -100}, {98, 1}, {1, 1001}};
  static constexpr int kFirst[] = {0, 0, 1, 3};
  static constexpr std::uint32_t kCounts[] = {1, 2, 2, 1};
  options.logit_biases = kBiases + kFirst[number % 4];
  options.logit_bias_count = kCounts[number % 4];
  valid = number % 4 < 2;  // the third names a token twice, the fourth is out of range
}

void choose_path(const char* path, arges_engine_options& options) {
  options.model_path = path;
  options.model_path_length = std::strlen(path);
}

}  // namespace

AnswerOptions::AnswerOptions(std::uint8_t number) {
  require(arges_generate_options_init(&options, sizeof options) == ARGES_OK, "options begin");
  options.max_tokens = 1 + number % 32;
  options.temperature = number % 3 == 0 ? 1.0F : 0.0F;
  switch (number / 8) {
    case 0:
      options.top_p = 0;
      break;
    case 1:
      options.temperature = -1;
      valid = false;
      break;
    case 2:
      options.deadline_ms = 1;
      break;
    case 3:
    case 4:
    case 7:
      choose_stops(number, options, valid);
      break;
    case 5:
      options.max_tokens = 1'000'001;
      valid = false;
      break;
    case 6:
      options.repetition_penalty = 1.5F;
      break;
    case 8:
    case 9:
      options.continue_last = 1;
      break;
    case 10:
      options.continue_last = 2;
      valid = false;
      break;
    case 11:
      options.priority = 101;
      valid = false;
      break;
    case 12:
      choose_biases(number, options, valid);
      break;
    case 13:
      is_null = true;
      break;
    case 14:
      options.struct_size -= 8;
      valid = false;
      break;
    case 15:
      options.min_p = number % 2 == 0 ? 1.0F : 1.5F;
      valid = number % 2 == 0;
      break;
    default:
      break;
  }
}

OpeningOptions::OpeningOptions(std::uint8_t number, bool may_open) : outcomes{ARGES_NOT_FOUND} {
  require(arges_engine_options_init(&options, sizeof options) == ARGES_OK, "options begin");
  options.threads = 1;
  options.max_context = 300;
  options.max_sessions = 2;
  choose_path("no/such/folder", options);
  switch (number % 16) {
    case 4:
      options.model_path_length = 0;
      valid = false;
      break;
    case 5:
      options.device_index = 1;
      outcomes = {ARGES_UNSUPPORTED};
      break;
    case 6:
      options.memory_budget = 1;
      outcomes = {ARGES_UNSUPPORTED};
      break;
    case 7:
      options.files = ARGES_FILES_READ + 1;
      valid = false;
      break;
    case 8:
      options.threads = 257;
      valid = false;
      break;
    case 9:
      options.device = "abacus";
      options.device_length = 6;
      outcomes = {ARGES_UNSUPPORTED};
      break;
    case 10:
      choose_path(kIncomplete, options);
      outcomes = {ARGES_NOT_FOUND, ARGES_MODEL_INVALID};
      break;
    case 11:
      options.struct_size = 8;
      valid = false;
      break;
    case 12:
      options.progress = stop;
      break;
    case 13:
      options.progress = go_on;
      break;
    default:
      break;
  }
  options.progress_user = this;
  const bool good = number < 4 || number == 12 || number == 13;
  if (!good || !may_open || !std::filesystem::exists(std::string(kPocket) + "/model.safetensors")) {
    return;
  }
  choose_path(kPocket, options);
  options.files = 1 + number % 2;
  reads_model = true;
  outcomes = {options.progress != stop ? ARGES_OK : ARGES_CANCELLED};
}

}  // namespace arges::fuzz
