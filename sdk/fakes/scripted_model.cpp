// SPDX-License-Identifier: Apache-2.0
#include "sdk/fakes/scripted_model.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <thread>
#include <utility>

#include "sdk/fakes/scripted_sequence.h"

namespace arges::sdk {
namespace {

// The value of the picture at prompt position `index`; null when no picture is there.
const float* feature_at(const ModelInput& input, std::int64_t index) {
  for (const auto& picture : input.pictures) {
    const std::int64_t row = index - picture.begin;
    if (row >= 0 && row < picture.features->tokens) return picture.features->data.f32() + row;
  }
  return nullptr;
}

}  // namespace

std::string digest_script(const History& prompt) {
  std::uint64_t digest = 14695981039346656037ULL;  // FNV-1a
  const auto mix = [&](std::uint32_t value) { digest = (digest ^ value) * 1099511628211ULL; };
  for (std::size_t i = 0; i < prompt.ids.size(); ++i) {
    std::uint32_t feature = 0;
    std::memcpy(&feature, &prompt.features[i], sizeof feature);
    mix(static_cast<std::uint32_t>(prompt.ids[i]));
    mix(feature);
  }
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(digest >> shift) & 15];
  return text;
}

ScriptedModel::ScriptedModel(ScriptedModelOptions options)
    : options_(std::move(options)), pool_(options_.threads), prompts_(tokenizer_) {
  // Room for more items than a test has at once: what a step finds allocated is always the same.
  constexpr std::size_t kItems = 64;
  logits_.reserve(kItems * ByteTokenizer::kVocabSize);
}

Result<std::unique_ptr<Sequence>> ScriptedModel::create_sequence() {
  ARGES_RETURN_IF_ERROR(create_fault_.check());
  return std::unique_ptr<Sequence>(new ScriptedSequence({}, live_, sequence_faults_));
}

std::int64_t ScriptedModel::sequence_bytes(std::int64_t length) const {
  return length * static_cast<std::int64_t>(sizeof(language::TokenId) + sizeof(float));
}

Result<std::unique_ptr<Sequence>> ScriptedModel::read_sequence(std::int64_t length,
                                                               const GiveBytes& give) {
  ARGES_RETURN_IF_ERROR(create_fault_.check());
  History history;
  history.ids.resize(static_cast<std::size_t>(length));
  history.features.resize(history.ids.size());
  ARGES_RETURN_IF_ERROR(give(std::as_writable_bytes(std::span(history.ids))));
  ARGES_RETURN_IF_ERROR(give(std::as_writable_bytes(std::span(history.features))));
  return std::unique_ptr<Sequence>(
      new ScriptedSequence(std::move(history), live_, sequence_faults_));
}

Result<vision::TilePlan> ScriptedModel::plan_image(int height, int width) const {
  if (!options_.sees_images) return unsupported("the scripted model has no image encoder");
  if (height < 1 || width < 1) return invalid_argument("the picture is empty");
  vision::TilePlan plan;
  plan.tile_count = std::int64_t{options_.tiles_per_image} * width;
  plan.token_count = height + 1;
  return plan;
}

class ScriptedModel::Picture final : public ImageEncoding {
 public:
  Picture(ScriptedModel& model, const vision::Image& image)
      : model_(model),
        image_(image),
        tiles_left_(std::int64_t{model.options_.tiles_per_image} * image.width) {}

  bool done() const override { return tiles_left_ == 0; }
  Status encode_slice(const StopCheck& stop) override {
    model_.tile_gate_.pass();
    ARGES_RETURN_IF_ERROR(stop());
    --tiles_left_;
    return done() ? finish() : Status();
  }
  ImageFeatures take() override { return std::move(features_); }

 private:
  Status finish() {
    ARGES_RETURN_IF_ERROR(model_.encode_fault_.check());
    features_.tokens = image_.height + 1;
    const auto count = static_cast<std::size_t>(features_.tokens);
    ARGES_ASSIGN_OR_RETURN(features_.data, Memory::allocate(count * sizeof(float)));
    const float sum = std::accumulate(image_.pixels.begin(), image_.pixels.end(), 0.0F);
    std::fill_n(features_.data.f32(), count, sum);
    return {};
  }

  ScriptedModel& model_;
  const vision::Image& image_;
  std::int64_t tiles_left_;
  ImageFeatures features_;
};

Result<std::unique_ptr<ImageEncoding>> ScriptedModel::begin_image(const vision::Image& image) {
  return std::unique_ptr<ImageEncoding>(std::make_unique<Picture>(*this, image));
}

Status ScriptedModel::step(std::span<StepItem> items) {
  step_gate_.pass();
  if (options_.step_delay.count() > 0) std::this_thread::sleep_for(options_.step_delay);
  if (options_.logs_steps) log_step(items);
  ARGES_RETURN_IF_ERROR(step_fault_.check());
  logits_.resize(items.size() * static_cast<std::size_t>(vocab_size()));
  float* row = logits_.data();
  for (StepItem& item : items) {
    item.logits = item.wants_logits ? row : nullptr;
    ARGES_RETURN_IF_ERROR(absorb(item));
    row += vocab_size();
  }
  return {};
}

void ScriptedModel::log_step(std::span<const StepItem> items) {
  Step record;
  for (const auto& item : items) {
    record.push_back({item.sequence->length(), item.count,
                      item.input->ids[static_cast<std::size_t>(item.begin)], item.wants_logits});
  }
  std::lock_guard lock(steps_mutex_);
  steps_.push_back(std::move(record));
}

void ScriptedModel::for_each(std::int64_t count, const std::function<void(std::int64_t)>& work) {
  longest_loop_ = std::max(longest_loop_.load(), count);
  pool_.parallel_for(count, 1, [&work](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i);
  });
}

Status ScriptedModel::absorb(const StepItem& item) {
  History& history = static_cast<ScriptedSequence*>(item.sequence)->history;
  for (std::int64_t i = item.begin; i < item.begin + item.count; ++i) {
    const auto id = item.input->ids[static_cast<std::size_t>(i)];
    const float* feature = feature_at(*item.input, i);
    if ((id == ByteTokenizer::kImage) != (feature != nullptr)) {
      return internal_error("pictures and placeholders do not match");
    }
    history.ids.push_back(id);
    history.features.push_back(feature ? *feature : 0.0F);
  }
  if (static_cast<std::int64_t>(history.ids.size()) > options_.max_context) {
    return internal_error("more tokens than the context holds");
  }
  if (item.wants_logits) write_logits(history, item.logits);
  return {};
}

// All the weight is on the script's next byte, or on <end> behind the last.
void ScriptedModel::write_logits(const History& history, float* logits) const {
  const auto marker =
      std::find(history.ids.rbegin(), history.ids.rend(), ByteTokenizer::kAssistant);
  const auto prompt_size = history.ids.rend() - marker;
  const auto said = static_cast<std::size_t>(marker - history.ids.rbegin());
  History prompt{{history.ids.begin(), history.ids.begin() + prompt_size},
                 {history.features.begin(), history.features.begin() + prompt_size}};
  const std::string answer = options_.script(prompt);
  const auto next = said < answer.size()
                        ? static_cast<std::size_t>(static_cast<unsigned char>(answer[said]))
                        : static_cast<std::size_t>(ByteTokenizer::kEnd);
  std::fill_n(logits, ByteTokenizer::kVocabSize, 0.0F);
  logits[next] = 100.0F;
}

bool ScriptedModel::comes_to_live_sequences(std::int64_t count) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (*live_ != count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return *live_ == count;
}

std::vector<ScriptedModel::Step> ScriptedModel::steps() const {
  std::lock_guard lock(steps_mutex_);
  return steps_;
}

}  // namespace arges::sdk
