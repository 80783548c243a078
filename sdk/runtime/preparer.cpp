// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/preparer.h"

#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "sdk/async/guard.h"

namespace arges::sdk {
namespace {

std::int64_t text_bytes(std::span<const Message> messages) {
  std::int64_t bytes = 0;
  for (const auto& message : messages) {
    for (const auto& part : message.parts) {
      if (const auto* text = std::get_if<MessageText>(&part)) bytes += std::ssize(text->str());
    }
  }
  return bytes;
}

// 0 for a tokenizer of whose output the text's length says nothing.
std::int64_t longest_token(const language::Tokenizer& tokenizer) {
  if (!tokenizer.keeps_text()) return 0;
  return static_cast<std::int64_t>(language::longest_plain_token(tokenizer));
}

// Holds while the preparation does.
StopCheck stop_of(const Preparation& preparation) {
  return [&preparation] {
    return preparation.abandoned() ? Status(StatusCode::kCancelled, "cancelled") : Status();
  };
}

}  // namespace

Preparer::Preparer(Model& model, EngineCounters& counters, std::function<void()> on_ready,
                   std::unique_ptr<EngineThread> text, std::unique_ptr<EngineThread> pictures)
    : model_(model),
      counters_(counters),
      on_ready_(std::move(on_ready)),
      longest_token_(longest_token(model.tokenizer())),
      text_thread_(std::move(text)),
      picture_thread_(std::move(pictures)),
      text_alarm_(*text_thread_,
                  [this] {
                    write_all();
                    return Alarm::kNever;
                  }),
      picture_alarm_(*picture_thread_, [this] {
        encode_all();
        return Alarm::kNever;
      }) {}

Result<std::unique_ptr<Preparer>> Preparer::create(Model& model, EngineCounters& counters,
                                                   std::function<void()> on_ready) {
  ARGES_ASSIGN_OR_RETURN(auto text, EngineThread::create());
  ARGES_ASSIGN_OR_RETURN(auto pictures, EngineThread::create());
  return std::unique_ptr<Preparer>(
      new Preparer(model, counters, std::move(on_ready), std::move(text), std::move(pictures)));
}

Preparer::~Preparer() {
  join();
}

void Preparer::start(Entry preparation) noexcept {
  queue_up(text_, text_alarm_, std::move(preparation));
}

void Preparer::withdraw(Preparation& preparation) noexcept {
  preparation.withdrawn = true;
  text_.remove(preparation);
  pictures_.remove(preparation);
}

void Preparer::join() {
  text_alarm_.stop();
  picture_alarm_.stop();
  text_thread_->join();
  picture_thread_->join();
}

// One that was withdrawn while a thread had it in hand is let go here: whichever of the two comes
// second sees the other.
void Preparer::queue_up(PreparationLine& line, Alarm& alarm, Entry entry) {
  const std::shared_ptr<Preparation> preparation = entry.front();
  line.add(std::move(entry));
  if (preparation->withdrawn) line.remove(*preparation);
  alarm.ring();
}

void Preparer::write_all() {
  for (Entry next = text_.take(); !next.empty(); next = text_.take()) write_next(std::move(next));
}

void Preparer::encode_all() {
  for (Entry next = pictures_.take(); !next.empty(); next = pictures_.take()) {
    encode_next(std::move(next));
  }
}

void Preparer::write_next(Entry entry) {
  Preparation& preparation = *entry.front();
  if (preparation.prompt_complete()) return finish(std::move(entry));
  const auto begin = PreparationTimes::Clock::now();
  Status status = guarded([&] { return write_one(preparation); });
  preparation.times.add_text(begin, PreparationTimes::Clock::now());
  if (!status.ok()) {
    settle(preparation, std::move(status));
  } else if (preparation.text_complete() && !preparation.prompt_complete()) {
    queue_up(pictures_, picture_alarm_, std::move(entry));
  } else {
    queue_up(text_, text_alarm_, std::move(entry));
  }
}

// One message, with what stands before the first and after the last.
Status Preparer::write_one(Preparation& preparation) const {
  const StopCheck stop = stop_of(preparation);
  ARGES_RETURN_IF_ERROR(stop());
  const PromptBuilder builder(model_.prompts());
  if (preparation.messages_done == 0) ARGES_RETURN_IF_ERROR(begin_prompt(preparation));
  Message& message = preparation.messages[preparation.messages_done];
  ARGES_RETURN_IF_ERROR(builder.add(message, preparation.image_tokens, stop, preparation.draft));
  message = {};
  ++preparation.messages_done;
  if (preparation.text_complete()) ARGES_RETURN_IF_ERROR(builder.finish(preparation.draft));
  return check_context(preparation, 0);
}

Status Preparer::begin_prompt(Preparation& preparation) const {
  // Text that cannot fit is refused before the time and memory to tokenize it are spent.
  if (longest_token_ > 0) {
    ARGES_RETURN_IF_ERROR(
        check_context(preparation, text_bytes(preparation.messages) / longest_token_));
  }
  const PromptBuilder builder(model_.prompts());
  if (!preparation.past) return builder.begin(true, {}, preparation.draft);
  return builder.begin(false, preparation.past->tail, preparation.draft);
}

// `more`: tokens that will follow those of the draft.
Status Preparer::check_context(const Preparation& preparation, std::int64_t more) const {
  const std::int64_t absorbed = preparation.past ? preparation.past->sequence->length() : 0;
  const std::int64_t tokens = absorbed + more + std::ssize(preparation.draft.input.ids);
  if (tokens < model_.max_context()) return {};
  return {StatusCode::kContextFull, "the conversation would hold at least " +
                                        std::to_string(tokens) +
                                        " tokens before its answer and the context ends at " +
                                        std::to_string(model_.max_context()) +
                                        "; shorten the messages or begin a new session"};
}

void Preparer::encode_next(Entry entry) {
  Preparation& preparation = *entry.front();
  const auto begin = PreparationTimes::Clock::now();
  Status status = guarded([&] { return encode_one(preparation); });
  preparation.times.add_images(begin, PreparationTimes::Clock::now());
  if (status.ok()) ++counters_.images_encoded;
  ++preparation.images_done;
  if (!status.ok()) {
    settle(preparation, std::move(status));
  } else if (preparation.prompt_complete()) {
    queue_up(text_, text_alarm_, std::move(entry));
  } else {
    queue_up(pictures_, picture_alarm_, std::move(entry));
  }
}

Status Preparer::encode_one(Preparation& preparation) const {
  const StopCheck stop = stop_of(preparation);
  ARGES_RETURN_IF_ERROR(stop());
  PromptDraft& draft = preparation.draft;
  const std::size_t index = preparation.images_done;
  ARGES_ASSIGN_OR_RETURN(ImageFeatures features, model_.encode_image(*draft.images[index], stop));
  if (features.tokens != draft.spans[index].count) {
    return internal_error("a picture's features do not fill its placeholders; please report it");
  }
  draft.input.pictures[index].features = std::make_shared<const ImageFeatures>(std::move(features));
  draft.images[index].reset();
  return {};
}

// On the text thread, so that a request without pictures never waits for one.
void Preparer::finish(Entry entry) {
  Preparation& preparation = *entry.front();
  settle(preparation, guarded([&] { return copy_state(preparation); }));
}

Status Preparer::copy_state(Preparation& preparation) const {
  ARGES_RETURN_IF_ERROR(stop_of(preparation)());
  ARGES_ASSIGN_OR_RETURN(preparation.work,
                         make_step_work(model_, preparation.past.get(), preparation.draft.input,
                                        preparation.options, std::move(*preparation.rules)));
  return {};
}

void Preparer::settle(Preparation& preparation, Status status) {
  preparation.status = std::move(status);
  preparation.finished.store(true, std::memory_order_release);
  on_ready_();
}

}  // namespace arges::sdk
