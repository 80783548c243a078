// SPDX-License-Identifier: Apache-2.0
// Lightning attention on the GPU against the recurrence.
#include <cstdio>
#include <string>

#include "tests/kernels/cuda/lightning_problem.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr double kFp32Bound = 2e-6;
std::string figures_of(const LightningErrors& e) {
  char text[120];
  std::snprintf(text, sizeof(text), "z %.2e  squares %.2e  state %.2e%s%s", e.z, e.squares,
                e.states, e.touched_only_its_rows ? "" : "  wrote rows of nobody",
                e.totals_in_order ? "" : "  totals differ");
  return text;
}

std::string name_of(const LightningShape& shape, const LightningHow& how) {
  std::string name = how.step ? "step" : "prefill";
  if (how.path == PrefillPath::kPortable) name += " mma.sync";
  if (how.silu == SiluForm::kExact) name += " exact SiLU";
  name += " H" + std::to_string(shape.heads) + " layer " + std::to_string(shape.layer);
  if (shape.gated) name += " gate";
  if (shape.fresh) name += " fresh";
  if (shape.activated) name += " activated";
  if (how.segment_tokens > 0) name += " segments of " + std::to_string(how.segment_tokens);
  if (how.lockstep > 0) name += " lockstep " + std::to_string(how.lockstep);
  if (how.cut > 0) name += " cut at " + std::to_string(how.cut);
  name += " tokens";
  const std::size_t shown = std::min<std::size_t>(shape.counts.size(), 7);
  for (std::size_t i = 0; i < shown; ++i) name += " " + std::to_string(shape.counts[i]);
  if (shown < shape.counts.size()) name += " … × " + std::to_string(shape.counts.size());
  return name;
}

bool within(const LightningErrors& e, double z, double state) {
  return e.z <= z && e.squares <= z && e.states <= state && e.touched_only_its_rows &&
         e.totals_in_order;
}

void check_values(LightningProblem& problem, const LightningShape& shape, const LightningHow& how) {
  const LightningErrors errors = problem.compare(problem.run(how));
  report(name_of(shape, how), within(errors, kBf16Bound, how.step ? kFp32Bound : kBf16Bound),
         figures_of(errors));
}

// A second run, and every span alone, give the same bits.
void check_bits(const LightningProblem& problem, const LightningShape& shape, LightningHow how) {
  const LightningOutcome all = problem.run(how);
  const LightningOutcome again = problem.run(how);
  bool repeatable = true;
  bool alone = true;
  for (int span = 0; span < problem.spans(); ++span) {
    repeatable = repeatable && problem.same_bits(all, again, span);
    how.only = {span};
    alone = alone && problem.same_bits(all, problem.run(how), span);
  }
  how.only = {};
  report("same bits again: " + name_of(shape, how), repeatable, "");
  report("same bits alone: " + name_of(shape, how), alone, "");
}

// Cut at a multiple of 64, prefill in two runs has the bits of one.
void check_cut_bits(const LightningProblem& problem, const LightningShape& shape, int cut) {
  const LightningOutcome whole = problem.run({});
  const LightningHow how{.cut = cut};
  const LightningOutcome parts = problem.run(how);
  bool same = true;
  for (int span = 0; span < problem.spans(); ++span) {
    same = same && problem.same_bits(whole, parts, span);
  }
  report("same bits in parts: " + name_of(shape, how), same, "");
}

void check_shape(const LightningShape& shape, const std::vector<LightningHow>& ways) {
  LightningProblem problem(shape);
  for (const LightningHow& how : ways) {
    check_values(problem, shape, how);
  }
}

std::vector<LightningHow> all_ways() {
  return {{},
          {.silu = SiluForm::kExact},
          {.path = PrefillPath::kPortable},
          {.segment_tokens = 128},
          {.path = PrefillPath::kPortable, .segment_tokens = 128},
          {.cut = 100}};
}

const std::vector<int>& ragged() {
  static const std::vector<int> counts{1, 63, 64, 65, 255, 256, 257};
  return counts;
}

void check_small(const std::vector<LightningHow>& ways) {
  for (const bool gated : {false, true}) {
    const LightningShape shape{.heads = 2, .layer = 0, .gated = gated, .counts = {1, 65, 257}};
    check_shape(shape, ways);
    LightningShape activated = shape;
    activated.activated = true;
    check_shape(activated, {{}, {.segment_tokens = 128}});
    check_shape({.heads = 2, .layer = 78, .gated = gated, .counts = {1, 1, 1}}, {{.step = true}});
  }
}

void check_prefill() {
  for (const int count : ragged()) check_shape({.heads = 8, .counts = {count}}, {{}});
  for (const int heads : {64, 8}) {
    for (const int layer : {0, 78}) {
      for (const bool gated : {false, true}) {
        check_shape({.heads = heads, .layer = layer, .gated = gated, .counts = ragged()},
                    all_ways());
      }
    }
    LightningShape ragged_shape{.heads = heads, .gated = true, .counts = ragged(), .fresh = true};
    const LightningProblem problem(ragged_shape);
    check_bits(problem, ragged_shape, {});
    check_bits(problem, ragged_shape, {.segment_tokens = 128});
    check_bits(problem, ragged_shape, {.path = PrefillPath::kPortable});
    check_cut_bits(problem, ragged_shape, 64);
    for (const int layer : {0, 78}) {
      LightningShape shape{.heads = heads, .layer = layer, .gated = true, .counts = {4096}};
      shape.fresh = layer == 0;
      check_shape(shape, {{}, {.segment_tokens = 512}, {.cut = 1000}});
    }
    LightningShape shape{.heads = heads, .layer = 40, .counts = {4096}};
    check_cut_bits(LightningProblem(shape), shape, 1024);
  }
}

// Rows that come activated: whole chunks are operands as they were copied, others are not.
void check_activated() {
  for (const int heads : {2, 8, 64}) {
    for (const bool gated : {false, true}) {
      LightningShape shape{.heads = heads,
                           .layer = 40,
                           .gated = gated,
                           .counts = heads == 8 ? std::vector<int>{4096, 100} : ragged(),
                           .fresh = heads == 2,
                           .activated = true};
      check_shape(shape, {{},
                          {.path = PrefillPath::kPortable},
                          {.segment_tokens = 128},
                          {.lockstep = 2},
                          {.cut = 100}});
      const LightningProblem problem(shape);
      check_bits(problem, shape, {});
      check_cut_bits(problem, shape, 64);
    }
    const LightningShape step{
        .heads = heads, .layer = 3, .gated = true, .counts = {1, 1, 1}, .activated = true};
    check_shape(step, {{.step = true}});
  }
}

// Blocks that keep together compute what free ones do, bit for bit.
void check_lockstep() {
  for (const int heads : {2, 8, 64}) {
    for (const int window : {1, 4}) {
      const LightningShape shape{.heads = heads,
                                 .layer = 40,
                                 .gated = heads == 8,
                                 .counts = window == 1 ? ragged() : std::vector<int>{4096, 100}};
      LightningProblem problem(shape);
      const LightningHow how{.lockstep = window};
      check_values(problem, shape, how);
      const LightningOutcome together = problem.run(how);
      const LightningOutcome apart = problem.run({});
      bool same = true;
      for (int span = 0; span < problem.spans(); ++span) {
        same = same && problem.same_bits(together, apart, span);
      }
      report("same bits as free: " + name_of(shape, how), same, "");
    }
  }
}

void check_step() {
  for (const int heads : {64, 8}) {
    for (const int layer : {0, 78}) {
      for (const int rows : {1, 5, 64}) {
        const LightningShape shape{.heads = heads,
                                   .layer = layer,
                                   .gated = rows != 5,
                                   .counts = std::vector<int>(static_cast<std::size_t>(rows), 1)};
        check_shape(shape, {{.step = true}});
        if (rows == 5) check_bits(LightningProblem(shape), shape, {.step = true});
      }
    }
  }
}

}  // namespace

void check_lightning(const std::string& part) {
  if (part == "small") check_small(all_ways());
  if (part == "portable") check_small({{.path = PrefillPath::kPortable}});
  if (part == "step" || part == "all") check_step();
  if (part == "prefill" || part == "all") check_prefill();
  if (part == "activated" || part == "all") check_activated();
  if (part == "lockstep" || part == "all") check_lockstep();
}

}  // namespace arges::testing
