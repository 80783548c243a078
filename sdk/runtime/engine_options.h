// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace arges::sdk {

// How an engine shares its model out.
struct EngineOptions {
  // Prompt tokens of one request in one step, in [1, 8192]; the granularity of a cancel.
  std::int64_t prefill_chunk = 256;
  // Prompt tokens of all requests in one step, >= 1: what a running answer may have to wait for.
  // One chunk always fits.
  std::int64_t step_prompt_tokens = 512;
  std::int64_t max_sessions = 1024;          // open at a time, in [1, 65536]
  std::int64_t max_images_per_request = 16;  // >= 0
};

}  // namespace arges::sdk
