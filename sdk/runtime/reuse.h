// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sdk/runtime/prompt_builder.h"
#include "sdk/runtime/session_state.h"

namespace arges::sdk {

// Why a request would not begin further on in its prompt; the values are the C ABI's ARGES_REUSE_*.
enum class ReuseReason : std::uint32_t {
  kAll = 0,           // nothing is in the way: what follows is new
  kDiffers = 1,       // from `matched` on ids or pictures differ from what was absorbed
  kNoCheckpoint = 2,  // a turn ends further on, but its checkpoint is not kept any more
  kScope = 3,         // another scope's past agrees further, which may not be shared
};

// What a request would find of its prompt.
struct Reuse {
  ReuseReason reason = ReuseReason::kAll;
  std::int64_t prompt_tokens = 0;  // of the whole conversation before the answer
  std::int64_t matched = 0;  // of these, the leading ones that a past of the scope has in common
  std::int64_t reused = 0;   // of these, those that a checkpoint stands for
  std::int64_t evicted = 0;  // of `matched`, up to where the furthest lost checkpoint lay; 0 = none
  std::int64_t images = 0;   // pictures behind `reused`
  std::int64_t images_cached = 0;  // of these, those whose features are at hand
};

// The session that asks, and what it might share.
struct ReuseWorld {
  SessionState::Shared self;
  std::vector<SessionState::Shared> sessions;  // all open ones, with or without that one
  std::int64_t block = 1;                      // Model::block_tokens
};

// `draft`: a whole prompt (whole_prompt.h). Throws std::bad_alloc.
Reuse explain_reuse(const PromptDraft& draft, const ReuseWorld& world);

}  // namespace arges::sdk
