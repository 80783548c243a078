// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/preparer.h"

#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "sdk/async/guard.h"
#include "sdk/runtime/prompt_layout.h"
#include "sdk/runtime/request_checks.h"

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
      block_tokens_(model.block_tokens()),
      text_thread_(std::move(text)),
      picture_thread_(std::move(pictures)),
      text_alarm_(*text_thread_,
                  [this] {
                    run_text();
                    return Alarm::kNever;
                  }),
      picture_alarm_(*picture_thread_, [this] {
        run_pictures();
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
  queue_up(text_, std::move(preparation));
  text_alarm_.ring();
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
void Preparer::queue_up(PreparationLine& line, Entry entry) {
  const std::shared_ptr<Preparation> preparation = entry.front();
  line.add(std::move(entry));
  if (preparation->withdrawn) line.remove(*preparation);
}

void Preparer::run_text() {
  for (Entry next = text_.take(); !next.empty(); next = text_.take()) text_turn(std::move(next));
}

void Preparer::run_pictures() {
  for (Entry next = pictures_.take(); !next.empty(); next = pictures_.take()) {
    picture_turn(std::move(next));
  }
}

// The copy is made here too: on the other thread a request without pictures would wait for some.
void Preparer::text_turn(Entry entry) {
  Preparation& preparation = *entry.front();
  if (preparation.prompt_complete()) {
    return settle(std::move(entry), guarded([&] { return copy_state(preparation); }));
  }
  const auto begin = PreparationTimes::Clock::now();
  Status status = guarded([&] { return write_slice(preparation); });
  preparation.times.add_text(begin, PreparationTimes::Clock::now());
  go_on(text_, std::move(entry), std::move(status));
}

void Preparer::picture_turn(Entry entry) {
  Preparation& preparation = *entry.front();
  const auto begin = PreparationTimes::Clock::now();
  Status status = guarded([&] { return picture_slice(preparation); });
  preparation.times.add_images(begin, PreparationTimes::Clock::now());
  go_on(pictures_, std::move(entry), std::move(status));
}

// Behind a slice: to the end of the line for the next one, or out.
void Preparer::go_on(const PreparationLine& from, Entry entry, Status status) {
  const Preparation& preparation = *entry.front();
  if (!status.ok()) return settle(std::move(entry), std::move(status));
  const bool shows = preparation.text_complete() && !preparation.prompt_complete();
  PreparationLine& line = shows ? pictures_ : text_;
  queue_up(line, std::move(entry));
  // A thread looks at its own line once more before it sleeps.
  if (&line != &from) (shows ? picture_alarm_ : text_alarm_).ring();
}

// Part of one message, with what stands before the first and after the last.
Status Preparer::write_slice(Preparation& preparation) const {
  const StopCheck stop = stop_of(preparation);
  ARGES_RETURN_IF_ERROR(stop());
  PromptDraft& draft = preparation.draft;
  if (!draft.message) ARGES_RETURN_IF_ERROR(begin_message(preparation));
  ARGES_RETURN_IF_ERROR(PromptBuilder::add_slice(stop, draft));
  if (!draft.message) ++preparation.messages_done;
  if (preparation.text_complete() && preparation.end == PromptEnd::kAnswer) {
    ARGES_RETURN_IF_ERROR(PromptBuilder(model_.prompts()).finish(draft));
  }
  ARGES_RETURN_IF_ERROR(check_context(preparation, std::ssize(draft.tokens.ids)));
  if (preparation.text_complete() && draft.images.empty()) lay_out(preparation, block_tokens_);
  return {};
}

// The next message; the last one may be how the answer begins.
Status Preparer::begin_message(Preparation& preparation) const {
  if (preparation.messages_done == 0) ARGES_RETURN_IF_ERROR(begin_prompt(preparation));
  const PromptBuilder builder(model_.prompts());
  PromptDraft& draft = preparation.draft;
  Message& message = preparation.messages[preparation.messages_done];
  const bool last = preparation.messages_done + 1 == preparation.messages.size();
  if (last && preparation.end == PromptEnd::kContinued) {
    ARGES_RETURN_IF_ERROR(builder.finish(draft));
    PromptBuilder::begin_answer(message, model_.tokenizer(), draft);
  } else {
    ARGES_RETURN_IF_ERROR(builder.begin_message(message, preparation.image_tokens, draft));
  }
  message = {};
  return {};
}

Status Preparer::begin_prompt(Preparation& preparation) const {
  if (preparation.past) preparation.resumption = preparation.past->resumption();
  // Text that cannot fit is refused before the time and memory to tokenize it are spent.
  if (longest_token_ > 0) {
    ARGES_RETURN_IF_ERROR(
        check_context(preparation, text_bytes(preparation.messages) / longest_token_));
  }
  ARGES_ASSIGN_OR_RETURN(preparation.image_tokens,
                         count_image_tokens(preparation.messages, model_, stop_of(preparation)));
  return PromptBuilder(model_.prompts())
      .begin(preparation.past.get(), preparation.resumption.turns, preparation.draft);
}

// `prompt`: tokens that it will have at least.
Status Preparer::check_context(const Preparation& preparation, std::int64_t prompt) const {
  const auto& sequence = preparation.resumption.sequence;
  const std::int64_t tokens = (sequence ? sequence->length() : 0) + prompt;
  if (tokens < model_.max_context()) return {};
  return {StatusCode::kContextFull, "the conversation would hold at least " +
                                        std::to_string(tokens) +
                                        " tokens before its answer and the context ends at " +
                                        std::to_string(model_.max_context()) +
                                        "; shorten the messages or begin a new session"};
}

// The digest of one picture, or part of one's encoding.
Status Preparer::picture_slice(Preparation& preparation) const {
  ARGES_RETURN_IF_ERROR(stop_of(preparation)());
  const std::vector<MessageImage>& images = preparation.draft.images;
  if (preparation.laid_out) return encode_slice(preparation);
  images[preparation.images_known++].digest();
  if (preparation.images_known == images.size()) lay_out(preparation, block_tokens_);
  return {};
}

Status Preparer::encode_slice(Preparation& preparation) const {
  const StopCheck stop = stop_of(preparation);
  const MessageImage& shown = preparation.draft.images[preparation.images_done];
  if (!preparation.image) {
    const Digest key = feature_key(preparation.draft, preparation.images_done);
    if (auto features = preparation.scope->features.find(key)) {
      ++counters_.images_cached;
      return take_features(preparation, std::move(features));
    }
    // A file's pixels are there from here to the end of the encoding: one picture's at a time.
    ARGES_ASSIGN_OR_RETURN(preparation.pixels, shown.pixels(stop));
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_ASSIGN_OR_RETURN(preparation.image, model_.begin_image(*preparation.pixels));
  }
  ARGES_RETURN_IF_ERROR(preparation.image->encode_slice(stop));
  return preparation.image->done() ? keep_features(preparation) : Status();
}

Status Preparer::keep_features(Preparation& preparation) const {
  auto features = std::make_shared<const ImageFeatures>(preparation.image->take());
  preparation.image.reset();
  preparation.pixels.reset();
  ++counters_.images_encoded;
  preparation.scope->features.keep(feature_key(preparation.draft, preparation.images_done),
                                   features);
  return take_features(preparation, std::move(features));
}

Status Preparer::take_features(Preparation& preparation, FeatureCache::Features features) {
  const std::size_t index = preparation.images_done++;
  const language::ImageSpan& span = preparation.draft.tokens.images[index];
  if (features->tokens != span.count) {
    return internal_error("a picture's features do not fill its placeholders; please report it");
  }
  preparation.input.pictures.push_back(
      {span.begin - preparation.draft.absorbed, std::move(features)});
  return {};
}

Status Preparer::copy_state(Preparation& preparation) const {
  ARGES_RETURN_IF_ERROR(stop_of(preparation)());
  AnswerRules* rules = preparation.end == PromptEnd::kNothing ? nullptr : &*preparation.rules;
  const StepWorkParts parts{preparation.past.get(), preparation.resumption.sequence.get(),
                            preparation.draft.tokens.ids, preparation.border};
  ARGES_ASSIGN_OR_RETURN(preparation.work, make_step_work(model_, parts, preparation.input,
                                                          preparation.options, rules));
  return {};
}

// Lets go of it before it rings: what a request leaves is then the step thread's to free.
void Preparer::settle(Entry entry, Status status) {
  entry.front()->status = std::move(status);
  entry.front()->finished.store(true, std::memory_order_release);
  entry.clear();
  on_ready_();
}

}  // namespace arges::sdk
