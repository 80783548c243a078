// SPDX-License-Identifier: Apache-2.0
#include "tests/sdk/fusion/decoder_runner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernels/backend.h"

namespace arges::testing {
namespace {

void require(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}

template <typename T>
T require(Result<T> result) {
  require(result.status());
  return std::move(result).value();
}

}  // namespace

struct DecoderRunner::Running {
  language::Sequence sequence;
  std::span<const language::TokenId> ids;
  std::int64_t chunk;
  std::vector<float> logits;

  std::int64_t next() const {
    return std::min<std::int64_t>(chunk, static_cast<std::int64_t>(ids.size()) - sequence.length());
  }
};

DecoderRunner::DecoderRunner(const std::string& folder, const std::string& device, int threads,
                             const std::string& weights) {
  sdk::ModelOpenOptions options;
  options.path = folder;
  options.device = device;
  options.threads = threads;
  options.weight_format = weights;
  options.weights_only = true;
  model_ = require(sdk::VisionLanguageModel::open(options));
}

void DecoderRunner::step(std::vector<Running>& running) {
  const kernels::ExecContext context = model_->context();
  const Arena::Scope scope(*context.workspace);
  language::StepPlan plan;
  std::vector<std::pair<Running*, std::int64_t>> active;
  for (Running& one : running) {
    const std::int64_t count = one.next();
    if (count == 0) continue;
    const auto ids = one.ids.subspan(static_cast<std::size_t>(one.sequence.length()),
                                     static_cast<std::size_t>(count));
    require(plan.add({.sequence = &one.sequence,
                      .ids = ids,
                      .cuts = {},
                      .pictures = {},
                      .logits = language::LogitRows::kAll}));
    active.emplace_back(&one, count);
  }
  const TensorView logits = require(context.workspace->allocate({plan.logit_rows(), vocab()}));
  require(model_->decoder().step(context, plan, logits));
  std::vector<float> values(static_cast<std::size_t>(logits.shape.count()));
  require(context.backend->device->download(values.data(), logits.data, logits.bytes()));
  const float* row = values.data();
  for (const auto& [one, count] : active) {
    one->logits.insert(one->logits.end(), row, row + count * vocab());
    row += count * vocab();
  }
}

std::vector<std::vector<float>> DecoderRunner::run_batch(const std::vector<Tokens>& sequences,
                                                         const std::vector<std::int64_t>& chunks) {
  std::vector<Running> running;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    running.push_back({model_->decoder().new_sequence(), sequences[i], chunks[i], {}});
  }
  const auto busy = [](const Running& one) { return one.next() > 0; };
  while (std::any_of(running.begin(), running.end(), busy)) step(running);
  std::vector<std::vector<float>> logits;
  for (Running& one : running) logits.push_back(std::move(one.logits));
  return logits;
}

std::vector<float> DecoderRunner::run(std::span<const language::TokenId> ids, std::int64_t chunk) {
  return std::move(run_batch({Tokens(ids.begin(), ids.end())}, {chunk}).front());
}

Tokens DecoderRunner::greedy(Tokens prompt, std::int64_t count) {
  std::vector<Running> running;
  running.push_back(
      {model_->decoder().new_sequence(), prompt, static_cast<std::int64_t>(prompt.size()), {}});
  Tokens answer;
  for (std::int64_t i = 0; i < count; ++i) {
    running.front().ids = prompt;
    step(running);
    const std::vector<float>& logits = running.front().logits;
    const auto last = logits.end() - static_cast<std::ptrdiff_t>(vocab());
    answer.push_back(static_cast<language::TokenId>(std::max_element(last, logits.end()) - last));
    prompt.push_back(answer.back());
  }
  return answer;
}

double max_difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, difference);
  }
  return worst;
}

}  // namespace arges::testing
