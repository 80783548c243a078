// SPDX-License-Identifier: Apache-2.0
// The norm, the way to experts, the experts and their sum against double precision.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "kernels/cuda/expert_ffn.h"
#include "kernels/cuda/rms_norm.h"
#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr double kFp32Bound = 1e-5;
constexpr float kEpsilon = 1e-5f;
constexpr float kAlpha = 3.5f;
constexpr float kBeta = 0.75f;
constexpr std::int64_t kCompared = 128;  // routes, spread over all

struct ExpertShape {
  int rows;
  int hidden;
  int ffn;
  int experts;
  int top;
  bool crowded = false;  // all rows go to expert 1 first, and logits are equal in threes
};

std::size_t size_of(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

struct ExpertOutcome {
  std::vector<Bf16> n;
  std::vector<float> inverse_rms;
  std::vector<float> logits;
  std::vector<std::int32_t> ids;
  std::vector<float> weights;
  std::vector<std::int32_t> order;
  std::vector<std::int32_t> offsets;
  std::vector<std::int32_t> active;
  std::vector<float> out;      // of the routes
  std::vector<float> x_after;  // α n + β Σ
  std::vector<Bf16> n_after;
};

class ExpertProblem {
 public:
  explicit ExpertProblem(const ExpertShape& shape)
      : shape_(shape),
        x_(random_floats(std::int64_t{shape.rows} * shape.hidden, 2.0, 21)),
        norm_(random_floats(shape.hidden, 0.3, 22)),
        router_(random_floats(std::int64_t{shape.experts} * shape.hidden,
                              1.0 / std::sqrt(shape.hidden), 23)),
        gate_up_(random_matrix(std::int64_t{2} * shape.experts * shape.ffn * shape.hidden,
                               1.0 / std::sqrt(shape.hidden), 24)),
        down_(random_matrix(std::int64_t{1} * shape.experts * shape.ffn * shape.hidden,
                            1.0 / std::sqrt(shape.ffn), 25)),
        device_gate_up_(gate_up_),
        device_down_(down_) {
    for (float& norm : norm_) norm += 1.0f;
    if (shape.crowded) crowd();
  }

  ExpertOutcome run(int first, int rows) const {
    const std::int64_t hidden = shape_.hidden;
    const std::int64_t routes = std::int64_t{rows} * shape_.top;
    DeviceArray<float> x(
        std::vector<float>(x_.begin() + first * hidden, x_.begin() + (first + rows) * hidden));
    const DeviceArray<float> norm(norm_);
    const DeviceArray<float> router(router_);
    DeviceArray<Bf16> n(size_of(rows * hidden));
    DeviceArray<float> inverse_rms(size_of(rows));
    DeviceArray<float> logits(size_of(std::int64_t{rows} * shape_.experts));
    DeviceArray<std::int32_t> ids(size_of(routes));
    DeviceArray<float> weights(size_of(routes));
    DeviceArray<std::int32_t> order(size_of(routes));
    DeviceArray<std::int32_t> offsets(size_of(shape_.experts + 1));
    DeviceArray<std::int32_t> active(size_of(shape_.experts + 1));
    DeviceArray<Bf16> sorted(size_of(routes * hidden));
    DeviceArray<Bf16> inner(size_of(routes * shape_.ffn));
    DeviceArray<float> out(size_of(routes * hidden));
    DeviceArray<std::uint32_t> ticket(1);
    DeviceArray<Bf16> n_after(size_of(rows * hidden));
    DeviceArray<float> rms_after(size_of(rows));
    n.fill_bytes(0xff), inverse_rms.fill_bytes(0xff), logits.fill_bytes(0xff);
    ids.fill_bytes(0xff), weights.fill_bytes(0xff), order.fill_bytes(0xff);
    offsets.fill_bytes(0xff), active.fill_bytes(0xff), inner.fill_bytes(0xff);
    sorted.fill_bytes(0xff);
    out.fill_bytes(0xff), n_after.fill_bytes(0xff), rms_after.fill_bytes(0xff);
    ticket.fill_bytes(0);
    RouteTopKArgs route;
    route.x = x.get();
    route.rows = rows;
    route.width = shape_.hidden;
    route.norm = norm.get();
    route.epsilon = kEpsilon;
    route.router = router.get();
    route.experts = shape_.experts;
    route.top = shape_.top;
    route.n = n.get();
    route.inverse_rms = inverse_rms.get();
    route.logits = logits.get();
    route.ticket = ticket.get();
    route.routing = {ids.get(), weights.get(), order.get(), offsets.get(), active.get()};
    must(route_top_k(route, nullptr));
    ExpertFfnArgs ffn;
    ffn.n = n.get();
    ffn.rows = rows;
    ffn.hidden = shape_.hidden;
    ffn.ffn = shape_.ffn;
    ffn.experts = shape_.experts;
    ffn.top = shape_.top;
    ffn.routing = route.routing;
    ffn.gate_up = device_gate_up_.get();
    ffn.down = device_down_.get();
    ffn.sorted = sorted.get();
    ffn.inner = inner.get();
    ffn.out = out.get();
    must(expert_ffn(ffn, nullptr));
    RmsNormArgs after;
    after.x = x.get();
    after.rows = rows;
    after.width = shape_.hidden;
    after.norm = norm.get();
    after.epsilon = kEpsilon;
    after.n = n_after.get();
    after.inverse_rms = rms_after.get();
    after.expert_rows = out.get();
    after.top = shape_.top;
    after.residual = {x.get(), inverse_rms.get(), norm.get(), kAlpha, kBeta};
    must(rms_norm(after, nullptr));
    must(cudaDeviceSynchronize(), "experts");
    if (ticket.download()[0] != 0) must(internal_error("route_top_k left its ticket behind"));
    return {n.download(),       inverse_rms.download(), logits.download(),  ids.download(),
            weights.download(), order.download(),       offsets.download(), active.download(),
            out.download(),     x.download(),           n_after.download()};
  }

  void check() const {
    const std::string name = "experts, rows " + std::to_string(shape_.rows) + " hidden " +
                             std::to_string(shape_.hidden) + " ffn " + std::to_string(shape_.ffn) +
                             " top " + std::to_string(shape_.top) + " of " +
                             std::to_string(shape_.experts) + (shape_.crowded ? " crowded" : "");
    const ExpertOutcome outcome = run(0, shape_.rows);
    char figures[160];
    const double norms = norm_error(outcome);
    const double logits = logit_error(outcome);
    std::snprintf(figures, sizeof(figures), "n %.2e  logits %.2e", norms, logits);
    report("norm and logits: " + name, norms <= kBf16Bound && logits <= kFp32Bound, figures);
    report("routing: " + name, routing_is_right(outcome), "");
    const double out = out_error(outcome);
    const double sum = sum_error(outcome);
    std::snprintf(figures, sizeof(figures), "routes %.2e  sum %.2e", out, sum);
    report(name, out <= kBf16Bound && sum <= kFp32Bound, figures);
    report("same bits again and alone: " + name, same_bits(outcome), "");
  }

 private:
  void crowd() {
    for (int j = 0; j < shape_.hidden; ++j) {
      const float loud = static_cast<float>(j % 2) * 0.5f;
      for (int row = 0; row < shape_.rows; ++row) x_[size_of(row * shape_.hidden + j)] += loud;
      router_[size_of(shape_.hidden + j)] = loud;
      // Experts 3, 4 and 5 cannot be told apart.
      for (const int e : {4, 5}) {
        router_[size_of(e * shape_.hidden + j)] = router_[size_of(3 * shape_.hidden + j)];
      }
    }
  }

  double rms_of(int row) const {
    double squares = 0.0;
    for (int j = 0; j < shape_.hidden; ++j) {
      const double x = x_[size_of(row * shape_.hidden + j)];
      squares += x * x;
    }
    return 1.0 / std::sqrt(squares / shape_.hidden + kEpsilon);
  }

  double norm_error(const ExpertOutcome& outcome) const {
    Distance n;
    for (int row = 0; row < shape_.rows; ++row) {
      const double scale = rms_of(row);
      for (int j = 0; j < shape_.hidden; ++j) {
        const std::size_t at = size_of(row * shape_.hidden + j);
        n.add(widen(outcome.n[at]), double{x_[at]} * scale * double{norm_[size_of(j)]});
      }
      if (!(std::abs(double{outcome.inverse_rms[size_of(row)]} / scale - 1.0) <= kFp32Bound)) {
        return HUGE_VAL;
      }
    }
    return n.relative();
  }

  double logit_error(const ExpertOutcome& outcome) const {
    Distance logits;
    for (int row = 0; row < shape_.rows; ++row) {
      const double scale = rms_of(row);
      for (int e = 0; e < shape_.experts; ++e) {
        double sum = 0.0;
        for (int j = 0; j < shape_.hidden; ++j) {
          sum += double{x_[size_of(row * shape_.hidden + j)]} * double{norm_[size_of(j)]} *
                 double{router_[size_of(e * shape_.hidden + j)]};
        }
        logits.add(double{outcome.logits[size_of(row * shape_.experts + e)]}, sum * scale);
      }
    }
    return logits.relative();
  }

  // From the logits as they are: the order of experts, the weights, the sorted routes.
  bool routing_is_right(const ExpertOutcome& outcome) const {
    std::vector<std::int32_t> ids;
    bool right = true;
    for (int row = 0; row < shape_.rows; ++row) {
      const float* logits = &outcome.logits[size_of(row * shape_.experts)];
      std::vector<std::int32_t> order(size_of(shape_.experts));
      std::iota(order.begin(), order.end(), 0);
      std::ranges::stable_sort(order, [&](int a, int b) { return logits[a] > logits[b]; });
      double sum = 0.0;
      for (int j = 0; j < shape_.top; ++j) {
        ids.push_back(order[size_of(j)]);
        sum += std::exp(double{logits[order[size_of(j)]]} - double{logits[order[0]]});
      }
      for (int j = 0; j < shape_.top; ++j) {
        const double weight =
            std::exp(double{logits[order[size_of(j)]]} - double{logits[order[0]]}) / sum;
        right = right &&
                std::abs(double{outcome.weights[size_of(row * shape_.top + j)]} - weight) <= 1e-6;
      }
    }
    std::vector<std::int32_t> sorted(ids.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    std::ranges::stable_sort(sorted,
                             [&](int a, int b) { return ids[size_of(a)] < ids[size_of(b)]; });
    std::vector<std::int32_t> offsets(size_of(shape_.experts + 1));
    for (const int id : ids) ++offsets[size_of(id + 1)];
    std::vector<std::int32_t> active{0};
    for (int e = 0; e < shape_.experts; ++e) {
      if (offsets[size_of(e + 1)] > 0) active.push_back(e), ++active[0];
      offsets[size_of(e + 1)] += offsets[size_of(e)];
    }
    active.resize(size_of(shape_.experts + 1), -1);  // as it was poisoned
    return right && ids == outcome.ids && sorted == outcome.order && offsets == outcome.offsets &&
           active == outcome.active;
  }

  double out_error(const ExpertOutcome& outcome) const {
    Distance out;
    const std::int64_t hidden = shape_.hidden;
    const std::int64_t ffn = shape_.ffn;
    const std::int64_t routes = std::int64_t{shape_.rows} * shape_.top;
    const std::int64_t compared = std::min<std::int64_t>(routes, kCompared);
    for (std::int64_t sample = 0; sample < compared; ++sample) {
      const std::int64_t route =
          compared < routes ? sample * (routes - 1) / (compared - 1) : sample;
      const std::int64_t expert = outcome.ids[size_of(route)];
      if (expert < 0 || expert >= shape_.experts) return HUGE_VAL;
      std::vector<double> n;
      for (std::int64_t j = 0; j < hidden; ++j) {
        n.push_back(widen(outcome.n[size_of(route / shape_.top * hidden + j)]));
      }
      const std::vector<double> both =
          multiply(gate_up_.data() + expert * 2 * ffn * hidden, 2 * ffn, hidden, n);
      std::vector<double> inner;
      for (std::int64_t i = 0; i < ffn; ++i) {
        const double gate = both[size_of(2 * i)];
        inner.push_back(gate / (1.0 + std::exp(-gate)) * both[size_of(2 * i + 1)]);
      }
      const std::vector<double> y =
          multiply(down_.data() + expert * ffn * hidden, hidden, ffn, inner);
      for (std::int64_t j = 0; j < hidden; ++j) {
        out.add(double{outcome.out[size_of(route * hidden + j)]},
                double{outcome.weights[size_of(route)]} * y[size_of(j)]);
      }
    }
    return out.relative();
  }

  double sum_error(const ExpertOutcome& outcome) const {
    Distance sum;
    Distance n;
    const std::int64_t hidden = shape_.hidden;
    for (int row = 0; row < shape_.rows; ++row) {
      const double scale = rms_of(row);
      double squares = 0.0;
      for (std::int64_t j = 0; j < hidden; ++j) {
        const std::size_t at = size_of(row * hidden + j);
        double y = 0.0;
        for (int k = 0; k < shape_.top; ++k) {
          y += double{outcome.out[size_of((row * shape_.top + k) * hidden + j)]};
        }
        const double want = kAlpha * double{x_[at]} * scale * double{norm_[size_of(j)]} + kBeta * y;
        sum.add(double{outcome.x_after[at]}, want);
        squares += want * want;
      }
      const double after = 1.0 / std::sqrt(squares / static_cast<double>(hidden) + kEpsilon);
      for (std::int64_t j = 0; j < hidden; ++j) {
        const std::size_t at = size_of(row * hidden + j);
        n.add(widen(outcome.n_after[at]),
              double{outcome.x_after[at]} * after * double{norm_[size_of(j)]});
      }
    }
    return n.relative() <= kBf16Bound ? sum.relative() : HUGE_VAL;
  }

  bool same_bits(const ExpertOutcome& all) const {
    const ExpertOutcome again = run(0, shape_.rows);
    bool same =
        again.out == all.out && again.x_after == all.x_after && again.n_after == all.n_after;
    // Many rows are other kernels' than few: windows of them, else single rows.
    const int count = shape_.rows > kMaxLinearRows ? kMaxLinearRows + 1 : 1;
    const std::size_t hidden = size_of(shape_.hidden);
    for (const int first : {0, shape_.rows - count}) {
      const ExpertOutcome alone = run(first, count);
      same = same && std::memcmp(alone.x_after.data(), &all.x_after[size_of(first) * hidden],
                                 size_of(count) * hidden * 4) == 0;
    }
    return same;
  }

  ExpertShape shape_;
  std::vector<float> x_;
  std::vector<float> norm_;
  std::vector<float> router_;
  std::vector<Bf16> gate_up_;
  std::vector<Bf16> down_;
  DeviceArray<Bf16> device_gate_up_;
  DeviceArray<Bf16> device_down_;
};

}  // namespace

void check_small_experts() {
  ExpertProblem({150, 96, 112, 6, 2}).check();
}

void check_experts() {
  for (const int rows : {1, 3, 8, 9, 33, 64}) {
    ExpertProblem({rows, 264, 48, 8, 2}).check();
    ExpertProblem({rows, 96, 112, 6, 2, true}).check();
  }
  for (const int rows : {65, 128, 700}) {
    ExpertProblem({rows, 264, 48, 8, 2}).check();
    ExpertProblem({rows, 96, 112, 6, 2, true}).check();
    ExpertProblem({rows, 512, 272, 5, 1}).check();
  }
  ExpertProblem({3000, 1024, 512, 32, 2}).check();
  ExpertProblem({300, 6144, 9216, 3, 2}).check();
  ExpertProblem({5, 64, 16, 70, 3}).check();
  ExpertProblem({90, 64, 16, 70, 3}).check();
  ExpertProblem({64, 1024, 512, 32, 2}).check();
  ExpertProblem({2, 6144, 9216, 2, 2}).check();
}

}  // namespace arges::testing
