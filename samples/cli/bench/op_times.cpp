// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/bench/op_times.h"

#include <array>
#include <cstdio>

#include "samples/cli/stopwatch.h"

namespace arges::cli {
namespace {

enum Op : std::size_t {
#define ARGES_OP(op, Args) k_##op,
  ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP
      kOps
};

constexpr std::array<const char*, kOps> kNames = {
#define ARGES_OP(op, Args) #op,
    ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP
};

struct OpTime {
  double seconds = 0;
  double operations = 0;  // of products on the units that the weights are for
  double calls = 0;
};

std::array<OpTime, kOps> times;
const kernels::Backend* measured_backend = nullptr;

double products(const Matrix& weight, std::int64_t rows) {
  return 2.0 * static_cast<double>(rows) * static_cast<double>(weight.rows * weight.cols);
}

// Operations of an op's products; the router's, which are fp32 whatever the weights, do not count.
template <typename Args>
double operations(const Args&) {
  return 0;
}
double operations(const kernels::NormLinearArgs& args) {
  return products(*args.weight, args.x.shape[0]);
}
double operations(const kernels::LayerNormLinearArgs& args) {
  return products(*args.weight, args.x.shape[0]);
}
double operations(const kernels::LinearArgs& args) {
  return products(*args.weight, args.x.shape[0]);
}
double operations(const kernels::LinearResidualArgs& args) {
  return products(*args.weight, args.z.shape[0]);
}
double operations(const kernels::HeadArgs& args) {
  return products(*args.weight, args.rows.shape[0]);
}
double operations(const kernels::PatchEmbeddingArgs& args) {
  return products(*args.weight, args.out.shape[0] * (args.out.shape[1] - 1));
}
double operations(const kernels::ExpertFfnArgs& args) {
  const kernels::Expert& expert = args.experts[0];
  const std::int64_t pairs = args.routing.order.shape[0];
  return products(expert.gate_up, pairs) + products(expert.down, pairs);
}
double operations(const kernels::BidirectionalAttentionArgs& args) {
  const Shape& q = args.q.shape;
  return 4.0 * static_cast<double>(q[0] * q[1] * q[1] * q[2] * q[3]);
}

#define ARGES_OP(op, Args)                                                            \
  Status timed_##op(const kernels::ExecContext& context, const kernels::Args& args) { \
    const Stopwatch watch;                                                            \
    Status status = measured_backend->ops.op(context, args);                          \
    times[k_##op].seconds += watch.seconds();                                         \
    times[k_##op].operations += operations(args);                                     \
    times[k_##op].calls += 1;                                                         \
    return status;                                                                    \
  }
ARGES_FOR_EACH_OP(ARGES_OP)
#undef ARGES_OP

void report_row(const Report& report, Measurement row, const std::string& name, const OpTime& time,
                double runs, double all_seconds, const Ceiling& ceiling) {
  row.what += ": " + name;
  Speed speed;
  speed.seconds = {time.seconds / runs};
  speed.amount = 1e-3;
  speed.per_unit = true;
  speed.unit = "ms";
  if (time.operations > 0) {
    speed.work = time.operations / runs;
    speed.ceiling = &ceiling;
  }
  char note[64];
  std::snprintf(note, sizeof note, "%.1f %% of the time of all ops, %.0f calls",
                100.0 * time.seconds / all_seconds, time.calls / runs);
  speed.note = note;
  report.add(row, std::move(speed));
}

}  // namespace

const kernels::Backend& timing_backend(const kernels::Backend& measured) {
  static kernels::Backend backend;
  backend = measured;
  measured_backend = &measured;
#define ARGES_OP(op, Args) .op = timed_##op,
  backend.ops = {ARGES_FOR_EACH_OP(ARGES_OP)};
#undef ARGES_OP
  return backend;
}

void clear_op_times() {
  times = {};
}

void report_op_times(const Report& report, const Measurement& of, double runs,
                     const Ceiling& ceiling) {
  OpTime all, multiplying;
  for (const OpTime& time : times) {
    all.seconds += time.seconds;
    if (time.operations == 0) continue;
    multiplying.seconds += time.seconds;
    multiplying.operations += time.operations;
    multiplying.calls += time.calls;
  }
  for (std::size_t op = 0; op < kOps; ++op) {
    if (times[op].calls == 0) continue;
    report_row(report, of, kNames[op], times[op], runs, all.seconds, ceiling);
  }
  report_row(report, of, "all with products", multiplying, runs, all.seconds, ceiling);
}

}  // namespace arges::cli
