// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "arges/arges.hpp"

namespace arges::cli {

// A finished answer.
struct Answer {
  std::string text;
  std::uint32_t finish_reason = ARGES_FINISH_NONE;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t reused_tokens = 0;
  std::uint64_t generated_tokens = 0;
  Timings timings;
};

// Decodes a PNG, JPEG or WebP file. Throws Failure, naming the path.
Image read_image(const std::string& path);

// One question and its answer; waits for the end. on_text gets each piece as it comes. Throws
// arges::Error when generation fails.
Answer run_turn(Session& session, const Message& message, const GenerateOptions& options,
                Queue& queue, const std::function<void(std::string_view)>& on_text);

// One line on standard error: where the answer's time went.
void print_timings(const Answer& answer);

// Writes a piece to standard output at once.
void print_piece(std::string_view piece);

}  // namespace arges::cli
