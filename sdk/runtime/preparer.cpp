// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/preparer.h"

#include <string>
#include <utility>

#include "sdk/runtime/guard.h"

namespace arges::sdk {
namespace {

Status check_context(std::int64_t held, std::int64_t prompt, std::int64_t max_context) {
  if (held + prompt < max_context) return {};
  return {StatusCode::kContextFull, "the conversation would hold " + std::to_string(held + prompt) +
                                        " tokens before its answer and the context ends at " +
                                        std::to_string(max_context) +
                                        "; shorten the messages or begin a new session"};
}

Status abandoned_status() {
  return {StatusCode::kCancelled, "cancelled"};
}

}  // namespace

Preparer::Preparer(Executor& executor, Model& model, std::function<void()> on_ready)
    : model_(model), on_ready_(std::move(on_ready)), text_(executor), pictures_(executor) {}

void Preparer::start(std::shared_ptr<Preparation> preparation) {
  post(text_, &Preparer::write_prompt, preparation);
}

void Preparer::post(Strand& strand, void (Preparer::*stage)(const Shared&),
                    const Shared& preparation) {
  Status status = guarded(
      [&] { return strand.post([this, stage, preparation] { (this->*stage)(preparation); }); });
  if (!status.ok()) settle(*preparation, std::move(status));
}

void Preparer::write_prompt(const Shared& preparation) {
  Status status = guarded([&] { return draft_prompt(*preparation); });
  if (!status.ok() || preparation->draft.images.empty()) {
    settle(*preparation, std::move(status));
  } else {
    post(pictures_, &Preparer::encode_next, preparation);
  }
}

Status Preparer::draft_prompt(Preparation& preparation) const {
  if (preparation.request->abandoned()) return abandoned_status();
  ARGES_ASSIGN_OR_RETURN(preparation.draft,
                         PromptBuilder(model_.prompts())
                             .build(preparation.first, preparation.tail, preparation.messages,
                                    preparation.image_tokens));
  preparation.messages.clear();
  return check_context(preparation.absorbed,
                       static_cast<std::int64_t>(preparation.draft.input.ids.size()),
                       model_.max_context());
}

void Preparer::encode_next(const Shared& preparation) {
  Status status = guarded([&] { return encode_one(*preparation); });
  const bool last = ++preparation->images_done == preparation->draft.images.size();
  if (!status.ok() || last) {
    settle(*preparation, std::move(status));
  } else {
    post(pictures_, &Preparer::encode_next, preparation);
  }
}

Status Preparer::encode_one(Preparation& preparation) const {
  const auto checkpoint = [&] {
    return preparation.request->abandoned() ? abandoned_status() : Status();
  };
  ARGES_RETURN_IF_ERROR(checkpoint());
  PromptDraft& draft = preparation.draft;
  const std::size_t index = preparation.images_done;
  ARGES_ASSIGN_OR_RETURN(ImageFeatures features,
                         model_.encode_image(*draft.images[index], checkpoint));
  if (features.tokens != draft.spans[index].count) {
    return internal_error("a picture's features do not fill its placeholders; please report it");
  }
  draft.input.pictures[index].features = std::make_shared<const ImageFeatures>(std::move(features));
  draft.images[index].reset();
  return {};
}

void Preparer::settle(Preparation& preparation, Status status) {
  preparation.status = std::move(status);
  preparation.finished.store(true, std::memory_order_release);
  on_ready_();
}

}  // namespace arges::sdk
