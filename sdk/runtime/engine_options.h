// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::sdk {

// How an engine shares its model out.
struct EngineOptions {
  // Prompt tokens of one request in one step, in [1, 8192]: a budget for whole blocks of the model,
  // of which one always fits. Does not change an answer.
  std::int64_t prefill_chunk = 256;
  // Prompt tokens of all requests in one step, >= 0; one chunk always fits, and 0 means two, on a
  // GPU at least 2048. A running answer, and a cancel, may have to wait for a step of so many.
  std::int64_t step_prompt_tokens = 0;
  std::int64_t max_sessions = 1024;  // open at a time, in [1, 65536]
  // Bytes of the checkpoints of all sessions, those not counted that requests begin with; >= 0, and
  // 0 = an eighth of the device's memory.
  std::int64_t checkpoint_budget = 0;
  std::int64_t max_images_per_request = 16;        // >= 0
  std::int64_t max_parts_per_request = 4096;       // of all its messages, >= 1
  std::int64_t max_text_per_request = 32'000'000;  // bytes of all its messages, >= 0
};

// How a session remembers.
struct SessionOptions {
  std::int64_t checkpoints =
      8;  // of its newest turns, kept while the budget has room; in [1, 4096]
  // Sessions of the same one may share what they have read; 0: this session for itself.
  std::uint64_t scope = 0;
};

}  // namespace arges::sdk
