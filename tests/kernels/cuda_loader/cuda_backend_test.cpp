// SPDX-License-Identifier: Apache-2.0
// The backend of libarges_cuda.so against the same ops with loops on the host (tests/kernels runs
// those against the reference): what is left is that launches and memory are right. Skips without a
// GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/memory.h"
#include "kernels/base/reserved_memory.h"
#include "kernels/base/thread_pool.h"
#include "kernels/cuda/loader/load_cuda_library.h"
#include "tests/kernels/plain_on_host.h"

namespace arges::kernels {
namespace {

using cuda::CudaPrecision;

constexpr double kBound = 2e-6;          // exponentials are not the host's to the last bit
constexpr double kNarrowedBound = 5e-3;  // of a tensor's length, with operands of bf16

// The card's backend, or null; made once.
template <CudaPrecision kPrecision>
const Backend* card_backend() {
  using Made = std::shared_ptr<const Backend>;
  static const Made& backend = *new Made([]() -> Made {  // outlives the driver's own end
    const Result<const cuda::CudaLibrary*> library = cuda::cuda_library();
    if (!library.ok()) return nullptr;
    const Result<std::vector<cuda::CudaCard>> cards = (*library)->cards();
    if (!cards.ok()) return nullptr;
    const Result<Made> made = (*library)->backend(cards->front().index, kPrecision);
    EXPECT_TRUE(made.ok()) << made.status().message();
    return made.ok() ? *made : nullptr;
  }());
  return backend.get();
}

// One tensor twice.
struct Pair {
  TensorView host;
  TensorView card;
};

struct MatrixPair {
  Matrix host;
  Matrix card;
};

class CudaBackend : public testing::TestWithParam<CudaPrecision> {
 protected:
  void SetUp() override {
    backend_ = GetParam() == CudaPrecision::kFp32 ? card_backend<CudaPrecision::kFp32>()
                                                  : card_backend<CudaPrecision::kMixed>();
    if (backend_ == nullptr) GTEST_SKIP() << "no GPU, or the kernels were not compiled";
    card_arena_.emplace(*backend_->device);
    card_ = {backend_, &pool_, &*card_arena_};
  }

  template <typename T>
  Pair upload(Shape shape, DType dtype, const std::vector<T>& values) {
    Memory on_host = must(Memory::allocate(values.size() * sizeof(T)));
    std::memcpy(on_host.data(), values.data(), values.size() * sizeof(T));
    Memory on_card = must(Memory::allocate(values.size() * sizeof(T), device()));
    expect_ok(device().upload(on_card.data(), values.data(), values.size() * sizeof(T)));
    const Pair pair{on_host.view(shape, dtype), on_card.view(shape, dtype)};
    memory_.push_back(std::move(on_host));
    memory_.push_back(std::move(on_card));
    return pair;
  }

  Pair floats(Shape shape, float scale = 1.0f, float offset = 0.0f) {
    std::vector<float> values(static_cast<std::size_t>(shape.count()));
    std::uniform_real_distribution<float> uniform(-scale, scale);
    for (float& value : values) value = offset + uniform(random_);
    return upload(shape, DType::kF32, values);
  }
  // Not a number, so that what nobody wrote is seen.
  Pair unwritten(Shape shape, DType dtype = DType::kF32) {
    return upload(shape, dtype,
                  std::vector<float>(static_cast<std::size_t>(shape.count()), std::nanf("")));
  }
  Pair numbers(const std::vector<std::int32_t>& values) {
    return upload({static_cast<std::int64_t>(values.size())}, DType::kI32, values);
  }
  Pair spans(const std::vector<StepSpan>& values) {
    return upload({static_cast<std::int64_t>(values.size()), kSpanFields}, DType::kI32, values);
  }

  MatrixPair matrix(std::int64_t rows, std::int64_t cols, DType dtype = DType::kBF16) {
    const Pair source = floats({rows, cols});
    const MatrixSource whole = whole_matrix(source.host);
    MatrixPair pair;
    expect_ok(lay_out(host_, {.sources = {&whole, 1}, .dtype = dtype, .out = &pair.host}));
    expect_ok(lay_out(card_, {.sources = {&whole, 1}, .dtype = dtype, .out = &pair.card}));
    return pair;
  }

  void expect_same(const char* what, const Pair& pair) {
    std::vector<std::byte> bytes(pair.card.bytes());
    expect_ok(device().download(bytes.data(), pair.card.data, bytes.size()));
    if (pair.host.dtype == DType::kI32) {
      EXPECT_EQ(std::memcmp(bytes.data(), pair.host.data, bytes.size()), 0) << what;
      return;
    }
    const std::span<const float> values(reinterpret_cast<const float*>(bytes.data()),
                                        bytes.size() / sizeof(float));
    if (GetParam() == CudaPrecision::kFp32) return expect_near(what, values, pair.host.f32());
    expect_near_as_a_whole(what, values, pair.host.f32());
  }

  static void expect_near(const char* what, std::span<const float> values, const float* wanted) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double want = double{wanted[i]};
      const double error = std::abs(double{values[i]} - want) / std::max(1.0, std::abs(want));
      ASSERT_TRUE(error <= kBound) << what << " at " << i << ": " << values[i] << ", not " << want;
    }
  }
  static void expect_near_as_a_whole(const char* what, std::span<const float> values,
                                     const float* wanted) {
    double error = 0.0;
    double length = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double want = double{wanted[i]};
      error += (double{values[i]} - want) * (double{values[i]} - want);
      length += want * want;
    }
    EXPECT_TRUE(std::sqrt(error) <= kNarrowedBound * std::sqrt(length))
        << what << ": " << std::sqrt(error / length);
  }

  static void expect_ok(const Status& status) { EXPECT_TRUE(status.ok()) << status.message(); }
  template <typename T>
  static T must(Result<T> result) {
    EXPECT_TRUE(result.ok()) << result.status().message();
    return std::move(result).value();
  }
  Device& device() { return *backend_->device; }

  ThreadPool pool_{1};  // a context has one, whatever its backend does with it
  Arena host_arena_;
  std::optional<Arena> card_arena_;
  ExecContext host_{&plain_on_host_backend(), &pool_, &host_arena_};
  ExecContext card_;

 private:
  const Backend* backend_ = nullptr;
  std::mt19937 random_{7};
  std::deque<Memory> memory_;
};

TEST_P(CudaBackend, MultipliesRows) {
  struct Sizes {
    std::int64_t rows, inputs, outputs;
    DType dtype;
  };
  for (const auto& [rows, inputs, outputs, dtype] : {Sizes{5, 70, 33, DType::kF32},
                                                     {5, 70, 33, DType::kBF16},
                                                     {5, 72, 40, DType::kBF16},
                                                     {70, 72, 40, DType::kBF16}}) {
    const Pair x = floats({rows, inputs});
    const Pair bias = floats({outputs});
    const Pair out = unwritten({rows, outputs});
    const MatrixPair w = matrix(outputs, inputs, dtype);
    expect_ok(linear(host_, {x.host, &w.host, bias.host, Activation::kGeluErf, out.host}));
    expect_ok(linear(card_, {x.card, &w.card, bias.card, Activation::kGeluErf, out.card}));
    expect_same("out", out);
  }
}

// With outputs for the tensor cores, and without.
TEST_P(CudaBackend, NormsAndMultiplies) {
  for (const std::int64_t outputs : {20, 24}) {
    const Pair x = floats({4, 48}, 3.0f);
    const Pair norm = floats({48});
    const MatrixPair w = matrix(outputs, 48);
    const Pair y = unwritten({4, outputs});
    const Pair inverse = unwritten({4});
    expect_ok(norm_linear(host_, {x.host, {norm.host, 1e-5f}, &w.host, y.host, inverse.host}));
    expect_ok(norm_linear(card_, {x.card, {norm.card, 1e-5f}, &w.card, y.card, inverse.card}));
    expect_same("y", y);
    expect_same("inverse_rms", inverse);
    const Pair rows = numbers({3, 0});
    const Pair logits = unwritten({2, outputs});
    expect_ok(head(host_, {x.host, rows.host, {norm.host, 1e-5f}, &w.host, logits.host}));
    expect_ok(head(card_, {x.card, rows.card, {norm.card, 1e-5f}, &w.card, logits.card}));
    expect_same("logits", logits);
    const Pair bias = floats({outputs});
    const Pair out = unwritten({4, outputs});
    expect_ok(layer_norm_linear(host_, {x.host, norm.host, norm.host, 1e-5f, &w.host, bias.host,
                                        Activation::kGeluErf, out.host}));
    expect_ok(layer_norm_linear(card_, {x.card, norm.card, norm.card, 1e-5f, &w.card, bias.card,
                                        Activation::kGeluErf, out.card}));
    expect_same("out", out);
  }
}

TEST_P(CudaBackend, AddsToTheResidual) {
  const Pair z = floats({3, 64});
  const MatrixPair w = matrix(24, 64);
  const Pair squares = floats({3}, 1.0f, 5.0f);
  const Pair x = floats({3, 24});
  const Pair inverse = floats({3});
  const Pair norm = floats({24});
  expect_ok(linear_residual(
      host_,
      {z.host, &w.host, {squares.host, 64, 1e-6f}, {x.host, inverse.host, norm.host, 3.5f, 1.0f}}));
  expect_ok(linear_residual(
      card_,
      {z.card, &w.card, {squares.card, 64, 1e-6f}, {x.card, inverse.card, norm.card, 3.5f, 1.0f}}));
  expect_same("x", x);
}

// Sequences of several spans, of one token and of more than are brought at once; a state that is
// new, one that is read elsewhere, one in place; heads of any width.
TEST_P(CudaBackend, RemembersByLightning) {
  constexpr std::int64_t kHeads = 2;
  constexpr std::int64_t kRows = 59;
  for (const std::int64_t width : {8, 32, 48, 128}) {
    const Pair y = floats({kRows, kHeads, 4, width});
    const Pair slopes = floats({kHeads}, 0.1f, 0.5f);
    const Pair norm = floats({kHeads * width});
    const Pair table = spans({{0, 3, 0, -1, 1, 0},
                              {3, 2, 3, 1, 1, 0},
                              {5, 37, 7, 0, 2, 0},
                              {42, 1, 9, 3, 3, 0},
                              {43, 16, 0, -1, 4, 0}});
    const Pair states = floats({5, 2, kHeads, width * width});
    const Pair z = unwritten({kRows, kHeads, width});
    const Pair squares = unwritten({kRows});
    expect_ok(lightning(
        host_, {y.host, slopes.host, norm.host, table.host, states.host, 1, z.host, squares.host}));
    expect_ok(lightning(
        card_, {y.card, slopes.card, norm.card, table.card, states.card, 1, z.card, squares.card}));
    expect_same("z", z);
    expect_same("squares", squares);
    expect_same("states", states);
  }
}

TEST_P(CudaBackend, AttendsCausally) {
  constexpr std::int64_t kKvHeads = 2;
  constexpr std::int64_t kWidth = 16;
  constexpr std::int64_t kPage = 32;
  const Pair y = floats({6, kKvHeads, 3 + 2, kWidth});
  const Pair positions = numbers({0, 1, 2, 40, 41, 42});
  const Pair table = spans({{0, 3, 0, -1, 0, 0}, {3, 3, 40, 0, 1, 1}});
  const Pair pages = numbers({2, 0, 3});
  const Pair pool = floats({4, 2, 2 * kKvHeads * kPage * kWidth});
  const Pair z = unwritten({6, kKvHeads * 3, kWidth});
  expect_ok(causal(host_, {y.host,
                           positions.host,
                           table.host,
                           pages.host,
                           {pool.host, kPage},
                           1,
                           {8, 10000.0},
                           0.25f,
                           z.host}));
  expect_ok(causal(card_, {y.card,
                           positions.card,
                           table.card,
                           pages.card,
                           {pool.card, kPage},
                           1,
                           {8, 10000.0},
                           0.25f,
                           z.card}));
  expect_same("z", z);
  expect_same("y", y);
  expect_same("pool", pool);
}

TEST_P(CudaBackend, RoutesToExpertsAndRunsThem) {
  constexpr std::int64_t kRows = 83;  // pairs enough for several of whatever sorts them
  constexpr std::int64_t kWidth = 40;
  constexpr std::int64_t kFfn = 24;
  constexpr std::int64_t kExperts = 5;
  const Pair x = floats({kRows, kWidth});
  const Pair norm = floats({kWidth});
  const MatrixPair router = matrix(kExperts, kWidth, DType::kF32);
  const Pair m = unwritten({kRows, kWidth});
  const Pair inverse = unwritten({kRows});
  const Pair ids = unwritten({kRows, 2}, DType::kI32);
  const Pair weights = unwritten({kRows, 2});
  const Pair order = unwritten({kRows * 2}, DType::kI32);
  const Pair offsets = unwritten({kExperts + 1}, DType::kI32);
  const Routing on_host{ids.host, weights.host, order.host, offsets.host};
  const Routing on_card{ids.card, weights.card, order.card, offsets.card};
  expect_ok(
      route(host_, {x.host, {norm.host, 1e-5f}, &router.host, m.host, inverse.host, on_host}));
  expect_ok(
      route(card_, {x.card, {norm.card, 1e-5f}, &router.card, m.card, inverse.card, on_card}));
  for (const auto& [name, pair] : {std::pair{"m", m},
                                   {"weights", weights},
                                   {"ids", ids},
                                   {"order", order},
                                   {"offsets", offsets}}) {
    expect_same(name, pair);
  }
  std::vector<Expert> host_experts;
  std::vector<Expert> card_experts;
  for (int e = 0; e < kExperts; ++e) {
    const MatrixPair gate_up = matrix(4 * kGateRows, kWidth);
    const MatrixPair down = matrix(kWidth, kFfn);
    host_experts.push_back({gate_up.host, down.host});
    card_experts.push_back({gate_up.card, down.card});
  }
  expect_ok(expert_ffn(
      host_, {m.host, on_host, host_experts, {x.host, inverse.host, norm.host, 3.5f, 1.0f}}));
  expect_ok(expert_ffn(
      card_, {m.card, on_card, card_experts, {x.card, inverse.card, norm.card, 3.5f, 1.0f}}));
  expect_same("x", x);
}

TEST_P(CudaBackend, MakesRowsOfWordsAndPictures) {
  const Pair table = floats({11, 24});
  const Pair ids = numbers({3, 10, 0, 0, 7});
  const Pair features = floats({2, 24});
  const Pair x = unwritten({5, 24});
  const PictureRows on_host{2, features.host};
  const PictureRows on_card{2, features.card};
  expect_ok(embed(host_, {ids.host, table.host, {&on_host, 1}, x.host}));
  expect_ok(embed(card_, {ids.card, table.card, {&on_card, 1}, x.card}));
  expect_same("x", x);
  const Pair from = numbers({4, 1});
  const Pair to = numbers({0, 2});
  const Pair out = floats({3, 24});
  expect_ok(copy_rows(host_, {x.host, from.host, to.host, out.host}));
  expect_ok(copy_rows(card_, {x.card, from.card, to.card, out.card}));
  expect_same("out", out);
  expect_ok(scaled_add(host_, {out.host, out.host, 2.0f, 0.5f, out.host}));
  expect_ok(scaled_add(card_, {out.card, out.card, 2.0f, 0.5f, out.card}));
  expect_same("sum", out);
}

// Enough work that what follows would come too early if it did not wait.
TEST_P(CudaBackend, FollowsWhatRanAside) {
  const Pair x = floats({64, 4096});
  const Pair y = floats({64, 4096});
  const auto add_often = [&](const ExecContext& context, TensorView to, TensorView of) {
    Status status;
    for (int i = 0; i < 200 && status.ok(); ++i) {
      status = scaled_add(context, {to, of, 0.5f, 1.0f, to});
    }
    return status;
  };
  expect_ok(add_often(host_, x.host, y.host));
  expect_ok(scaled_add(host_, {x.host, y.host, 2.0f, -1.0f, x.host}));
  expect_ok(device().finish());
  expect_ok(device().aside([&] { return add_often(card_, x.card, y.card); }));
  expect_ok(scaled_add(card_, {x.card, y.card, 2.0f, -1.0f, x.card}));
  expect_same("x", x);
  const Status refused = device().aside([] { return internal_error("refused"); });
  EXPECT_EQ(refused.code(), StatusCode::kInternal);
}

TEST_P(CudaBackend, SeesPictures) {
  const Pair pixels = floats({2, 3, 8, 8});
  const MatrixPair w = matrix(16, 48);
  const Pair first = floats({16});
  const Pair positions = floats({5, 16});
  const Pair out = unwritten({2, 5, 16});
  expect_ok(
      patch_embedding(host_, {pixels.host, &w.host, 4, first.host, positions.host, out.host}));
  expect_ok(
      patch_embedding(card_, {pixels.card, &w.card, 4, first.card, positions.card, out.card}));
  expect_same("patches", out);
  const Pair weight = floats({16});
  const Pair bias = floats({16});
  const Pair normed = unwritten({10, 16});
  expect_ok(
      layer_norm(host_, {out.host.reshaped({10, 16}), weight.host, bias.host, 1e-5f, normed.host}));
  expect_ok(
      layer_norm(card_, {out.card.reshaped({10, 16}), weight.card, bias.card, 1e-5f, normed.card}));
  expect_same("normed", normed);
  for (const std::int64_t width : {8, 64}) {
    const Shape shape{2, 5, 2, width};
    const Pair q = floats(shape);
    const Pair k = floats(shape);
    const Pair v = floats(shape);
    const Pair z = unwritten(shape);
    expect_ok(bidirectional_attention(host_, {q.host, k.host, v.host, 0.4f, z.host}));
    expect_ok(bidirectional_attention(card_, {q.card, k.card, v.card, 0.4f, z.card}));
    expect_same("z", z);
  }
}

TEST_P(CudaBackend, KeepsMemoryBehindReservedAddresses) {
  ReservedMemory range = must(ReservedMemory::reserve(std::size_t{1} << 34, device()));
  const std::vector<float> values(1 << 20, 2.5f);
  const std::size_t bytes = values.size() * sizeof(float);
  expect_ok(range.commit(bytes, bytes));
  expect_ok(device().upload(range.at(bytes), values.data(), bytes));
  expect_ok(range.commit(5 * bytes, bytes));
  std::vector<float> back(values.size());
  expect_ok(device().download(back.data(), range.at(bytes), bytes));
  EXPECT_EQ(back, values);
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaBackend,
                         testing::Values(CudaPrecision::kFp32, CudaPrecision::kMixed));

}  // namespace
}  // namespace arges::kernels
