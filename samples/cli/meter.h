// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace arges::cli {

// "label 45 %" on standard error, redrawn in place and wiped at the end; silent where standard
// error is not a terminal. One thread at a time.
class Meter {
 public:
  explicit Meter(std::string label);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void show(std::uint64_t done, std::uint64_t total);

 private:
  std::string label_;
  bool terminal_;
  int percent_ = -1;  // last drawn
};

}  // namespace arges::cli
