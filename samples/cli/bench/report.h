// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arges::cli {

// What one speed was measured with. Fields that do not apply are empty or 0.
struct Measurement {
  std::string what;         // "prefill", "decode", "encode", an op …
  std::string shape;        // of the model or of the op's arguments
  std::string weights;      // their type in memory
  std::int64_t tokens = 0;  // rows, tiles or answer tokens of one run
  std::int64_t depth = 0;   // tokens already in the conversation
  std::int64_t batch = 0;   // sequences in one step
};

// How fast a machine can be at best, measured in the same run.
struct Ceiling {
  std::string name;  // "read bandwidth", "fp32 multiply-add"
  double rate = 0;   // bytes or operations a second
};

// Turns seconds into a row: `amount` units were done in each run, `work` bytes or operations of
// what the ceiling counts.
struct Speed {
  std::vector<double> seconds;
  double amount = 0;
  std::string unit;       // "tok/s", "s/tile" (then amount is in the denominator: see per_unit)
  bool per_unit = false;  // report seconds for one unit in place of units a second
  double work = 0;
  const Ceiling* ceiling = nullptr;
  std::string note;  // behind the row, for people: what was counted
};

// Prints rows as text, or as one JSON object a line: what, shape, weights, tokens, depth, batch,
// threads, min, median, max, unit, ceiling, share, note.
class Report {
 public:
  Report(int threads, bool json) : threads_(threads), json_(json) {}

  void add(const Measurement& measurement, Speed speed) const;
  // The ceilings themselves, as rows without a share.
  void add(const Ceiling& ceiling, const std::string& unit) const;

 private:
  int threads_;
  bool json_;
};

}  // namespace arges::cli
