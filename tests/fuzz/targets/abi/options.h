// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "bindings_c/include/arges/arges.h"

namespace arges::fuzz {

// Options of a request with one field at or over its border.
struct AnswerOptions {
  explicit AnswerOptions(std::uint8_t number);
  const arges_generate_options* given() const { return is_null ? nullptr : &options; }

  arges_generate_options options;
  bool valid = true;
  bool is_null = false;
};

// Options of an engine, and what opening it with them comes to.
struct OpeningOptions {
  // A model, which takes its time, is read only where `may_open` says so, and for few numbers.
  OpeningOptions(std::uint8_t number, bool may_open);
  OpeningOptions(const OpeningOptions&) = delete;
  OpeningOptions& operator=(const OpeningOptions&) = delete;

  arges_engine_options options;
  bool reads_model = false;
  bool valid = true;  // else INVALID_ARGUMENT at once
  std::vector<arges_status> outcomes;
  std::uint64_t done_bytes = 0;  // of the last progress
};

}  // namespace arges::fuzz
