// SPDX-License-Identifier: Apache-2.0
// Dense layers, with what is fused into them, against double precision.
#include "kernels/cuda/linear.h"

#include <cmath>
#include <cstring>

#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr double kBf16Bound = 5e-3;
constexpr double kFp32Bound = 1e-5;
constexpr int kParts = 6;
constexpr float kEpsilon = 1e-5f;
constexpr float kAlpha = 3.5f;
constexpr float kBeta = 0.75f;

struct LinearShape {
  int rows;
  int outputs;
  int inputs;
};

std::string name_of(const LinearShape& shape) {
  return std::to_string(shape.rows) + " x " + std::to_string(shape.inputs) + " -> " +
         std::to_string(shape.outputs);
}

// The outputs' rows are wider than they need to be; what lies between is poison and stays so.
class LinearProblem {
 public:
  explicit LinearProblem(const LinearShape& shape)
      : shape_(shape),
        y_stride_(shape.outputs + (shape.rows > kMaxLinearRows || shape.outputs >= 24576 ? 8 : 5)),
        x_(random_matrix(std::int64_t{shape.rows} * x_stride(), 1.0, 11)),
        w_(random_matrix(std::int64_t{shape.outputs} * shape.inputs, 1.0 / std::sqrt(shape.inputs),
                         12)),
        residual_(random_floats(shape.rows * y_stride_, 1.0, 13)),
        inverse_rms_(random_floats(shape.rows, 0.5, 14)),
        norm_(random_floats(shape.outputs, 1.0, 15)),
        squares_(random_floats(std::int64_t{kParts} * shape.rows, 1.0, 16)),
        device_x_(x_),
        device_w_(w_) {
    for (float& square : squares_) square = square * square * static_cast<float>(shape.inputs);
  }

  // bf16 y of `rows` rows from row `first` on.
  std::vector<Bf16> run_plain(int first, int rows) const {
    DeviceArray<Bf16> y(static_cast<std::size_t>(rows * y_stride_));
    y.fill_bytes(0xff);
    LinearArgs args = args_for(first, rows);
    args.y = y.get();
    must(linear(args, nullptr));
    must(cudaDeviceSynchronize(), "linear");
    return y.download();
  }

  // fp32, divided by the rms of square sums, added to a residual, in place or not.
  std::vector<float> run_fused(int first, int rows, bool in_place) const {
    const auto begin = static_cast<std::size_t>(first);
    const auto count = static_cast<std::size_t>(rows);
    const auto stride = static_cast<std::size_t>(y_stride_);
    std::vector<float> part(
        residual_.begin() + static_cast<std::ptrdiff_t>(begin * stride),
        residual_.begin() + static_cast<std::ptrdiff_t>((begin + count) * stride));
    std::vector<float> squares;
    for (int p = 0; p < kParts; ++p) {
      for (int r = 0; r < rows; ++r) {
        squares.push_back(squares_[static_cast<std::size_t>(p * shape_.rows + first + r)]);
      }
    }
    const DeviceArray<float> x(part);
    const DeviceArray<float> rms(inverse_rms_);
    const DeviceArray<float> norm(norm_);
    const DeviceArray<float> sums_of_squares(squares);
    DeviceArray<float> sums(count * stride);
    sums.fill_bytes(0xff);
    LinearArgs args = args_for(first, rows);
    args.sums = in_place ? x.get() : sums.get();
    args.square_sums = sums_of_squares.get();
    args.square_parts = kParts;
    args.square_stride = rows;
    args.epsilon = kEpsilon;
    args.residual = {x.get(), rms.get() + first, norm.get(), kAlpha, kBeta};
    must(linear(args, nullptr));
    must(cudaDeviceSynchronize(), "linear");
    return in_place ? x.download() : sums.download();
  }

  void check() const {
    const std::string name = "linear " + name_of(shape_);
    const std::vector<Bf16> y = run_plain(0, shape_.rows);
    const std::vector<float> fused = run_fused(0, shape_.rows, false);
    Distance plain;
    Distance summed;
    bool untouched = true;
    for (int row = 0; row < shape_.rows; ++row) {
      const std::vector<double> reference = reference_of(row);
      double squares = 0.0;
      for (int p = 0; p < kParts; ++p) {
        squares += squares_[static_cast<std::size_t>(p * shape_.rows + row)];
      }
      const double scale = 1.0 / std::sqrt(squares / shape_.inputs + kEpsilon);
      for (int i = 0; i < static_cast<int>(y_stride_); ++i) {
        const auto at = static_cast<std::size_t>(row * y_stride_ + i);
        if (i >= shape_.outputs) {
          untouched = untouched && y[at] == 0xffff;
          continue;
        }
        const auto column = static_cast<std::size_t>(i);
        plain.add(widen(y[at]), reference[column]);
        const double n = double{residual_[at]} *
                         double{inverse_rms_[static_cast<std::size_t>(row)]} *
                         double{norm_[column]};
        summed.add(double{fused[at]}, kAlpha * n + kBeta * scale * reference[column]);
      }
    }
    char figures[80];
    std::snprintf(figures, sizeof(figures), "bf16 %.2e  fp32 fused %.2e", plain.relative(),
                  summed.relative());
    report(name, plain.relative() <= kBf16Bound && summed.relative() <= kFp32Bound && untouched,
           figures);
    report("same bits alone and in place: " + name, same_bits(y, fused), "");
  }

 private:
  std::int64_t x_stride() const { return shape_.inputs + 8; }

  LinearArgs args_for(int first, int rows) const {
    LinearArgs args;
    args.x = device_x_.get() + first * x_stride();
    args.x_stride = x_stride();
    args.rows = rows;
    args.w = device_w_.get();
    args.outputs = shape_.outputs;
    args.inputs = shape_.inputs;
    args.y_stride = y_stride_;
    return args;
  }

  std::vector<double> reference_of(int row) const {
    std::vector<double> x;
    for (int j = 0; j < shape_.inputs; ++j) {
      x.push_back(widen(x_[static_cast<std::size_t>(row * x_stride() + j)]));
    }
    return multiply(w_.data(), shape_.outputs, shape_.inputs, x);
  }

  // Many rows are another kernel's than few: windows of them, else single rows.
  bool same_bits(const std::vector<Bf16>& y, const std::vector<float>& fused) const {
    const int few = shape_.outputs >= 24576 ? 32 : kMaxLinearRows;
    const int count = shape_.rows > few ? few + 1 : 1;
    const int last = shape_.rows - count;
    const auto stride = static_cast<std::size_t>(y_stride_);
    const auto outputs = static_cast<std::size_t>(shape_.outputs);
    bool same = true;
    for (const int first : {0, last / 2, last}) {
      const std::vector<Bf16> alone = run_plain(first, count);
      const std::vector<float> sums = run_fused(first, count, true);
      for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row) {
        const std::size_t at = (static_cast<std::size_t>(first) + row) * stride;
        same = same && std::memcmp(&y[at], &alone[row * stride], outputs * 2) == 0;
        same = same && std::memcmp(&fused[at], &sums[row * stride], outputs * 4) == 0;
      }
    }
    return same;
  }

  LinearShape shape_;
  std::int64_t y_stride_;
  std::vector<Bf16> x_;
  std::vector<Bf16> w_;
  std::vector<float> residual_;
  std::vector<float> inverse_rms_;
  std::vector<float> norm_;
  std::vector<float> squares_;
  DeviceArray<Bf16> device_x_;
  DeviceArray<Bf16> device_w_;
};

double activated(LinearActivation activation, double x, bool gate) {
  const double sigmoid = 1.0 / (1.0 + std::exp(-x));
  if (activation == LinearActivation::kGeluErf) return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
  if (activation == LinearActivation::kLightning) return gate ? sigmoid : x * sigmoid;
  return x;
}

// A bias and an activation, and then a plain residual in place.
void check_activation(LinearActivation activation, const LinearShape& shape) {
  constexpr int kStep = 13;  // of many rows
  const int rows = shape.rows;
  const int inputs = shape.inputs;
  const int outputs = shape.outputs;
  const int gate = outputs / 4 / 2 * 2;
  const std::vector<Bf16> x = random_matrix(std::int64_t{rows} * inputs, 1.0, 31);
  const std::vector<Bf16> w =
      random_matrix(std::int64_t{outputs} * inputs, 2.0 / std::sqrt(inputs), 32);
  const std::vector<float> bias = random_floats(outputs, 1.0, 33);
  const std::vector<float> before = random_floats(std::int64_t{rows} * outputs, 1.0, 34);
  const DeviceArray<Bf16> device_x(x);
  const DeviceArray<Bf16> device_w(w);
  const DeviceArray<float> device_bias(bias);
  const DeviceArray<float> sums(before);
  DeviceArray<Bf16> y(before.size());
  y.fill_bytes(0xff);
  LinearArgs args;
  args.x = device_x.get();
  args.x_stride = inputs;
  args.rows = rows;
  args.w = device_w.get();
  args.outputs = outputs;
  args.inputs = inputs;
  args.y = y.get();
  args.y_stride = outputs;
  args.bias = device_bias.get();
  args.activation = activation;
  args.gate_column = gate;
  must(linear(args, nullptr));
  args.y = nullptr;
  args.sums = sums.get();
  args.residual.x = sums.get();
  args.residual.alpha = kAlpha;
  args.residual.beta = kBeta;
  must(linear(args, nullptr));
  must(cudaDeviceSynchronize(), "linear with an activation");
  const std::vector<Bf16> narrow = y.download();
  const std::vector<float> added = sums.download();
  Distance plain;
  Distance summed;
  for (int row = 0; row<rows; row += rows> 200 && row + kStep < rows - 1 ? kStep : 1) {
    std::vector<double> wide;
    for (int j = 0; j < inputs; ++j) {
      wide.push_back(widen(x[static_cast<std::size_t>(row * inputs + j)]));
    }
    const std::vector<double> products = multiply(w.data(), outputs, inputs, wide);
    for (int i = 0; i < outputs; ++i) {
      const auto column = static_cast<std::size_t>(i);
      const auto at = static_cast<std::size_t>(row * outputs + i);
      const double want = activated(activation, products[column] + double{bias[column]}, i >= gate);
      plain.add(widen(narrow[at]), want);
      summed.add(double{added[at]}, kAlpha * double{before[at]} + kBeta * want);
    }
  }
  char figures[80];
  std::snprintf(figures, sizeof(figures), "bf16 %.2e  fp32 residual %.2e", plain.relative(),
                summed.relative());
  // tanh.approx has 11 bits.
  const double bound = activation == LinearActivation::kLightning ? 1e-4 : kFp32Bound;
  report("linear " + name_of(shape) + ", bias, activation " +
             std::to_string(static_cast<int>(activation)),
         plain.relative() <= kBf16Bound && summed.relative() <= bound, figures);
}

}  // namespace

void check_small_linear() {
  LinearProblem({193, 200, 264}).check();
  check_activation(LinearActivation::kGeluErf, {130, 88, 200});
}

void check_linear() {
  for (const LinearActivation activation :
       {LinearActivation::kNone, LinearActivation::kGeluErf, LinearActivation::kLightning}) {
    for (const int rows : {5, 40, 130}) check_activation(activation, {rows, 88, 200});
    // Wide tiles.
    check_activation(activation, {2048, 2040, 72});
  }
  for (const int rows : {1, 2, 7, 8, 9, 16, 17, 32, 33, 64}) {
    LinearProblem({rows, 40, 264}).check();
    LinearProblem({rows, 96, 2048}).check();
  }
  for (const int rows : {65, 127, 128, 129, 300}) {
    LinearProblem({rows, 40, 264}).check();
    LinearProblem({rows, 520, 1000}).check();
  }
  LinearProblem({2500, 264, 64}).check();
  // Wide tiles, 128 of them, where few rows alone have narrow ones.
  LinearProblem({2048, 2040, 72}).check();
  // Several tiles of a block, with many steps each.
  LinearProblem({1100, 4096, 1024}).check();
  for (const int rows : {32, 33, 64}) LinearProblem({rows, 24840, 72}).check();
  LinearProblem({3, 33, 8}).check();
  LinearProblem({8, 6144, 8192}).check();
}

}  // namespace arges::testing
