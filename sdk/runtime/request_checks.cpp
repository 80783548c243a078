// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/request_checks.h"

#include <iterator>
#include <string>

namespace arges::sdk {
namespace {

constexpr std::int64_t kMaxTokens = 1'000'000;
constexpr std::size_t kMaxStopTokens = 64;

// What a request's messages hold in all.
struct Amounts {
  std::int64_t parts = 0;
  std::int64_t text_bytes = 0;
  std::int64_t images = 0;
};

Status count_part(const MessagePart& part, Amounts& amounts) {
  ++amounts.parts;
  if (const auto* text = std::get_if<MessageText>(&part)) {
    amounts.text_bytes += std::ssize(text->str());
    return text->status();
  }
  ++amounts.images;
  const bool is_null = std::get<MessageImage>(part).is_null();
  return is_null ? invalid_argument("a message's image is null") : Status();
}

// A beginning must hold text: the empty one is an answer like any other.
Status check_beginning(const Message& message) {
  if (message.role != language::Role::kAssistant) {
    return invalid_argument("only an assistant's message can be continued; make the last one that");
  }
  std::size_t bytes = 0;
  for (const auto& part : message.parts) {
    const auto* text = std::get_if<MessageText>(&part);
    if (!text) return invalid_argument("an answer cannot begin with an image; begin it with text");
    bytes += text->str().size();
  }
  return bytes > 0 ? Status() : invalid_argument("the message to continue is empty; leave it out");
}

Status check_last(const Message& message, PromptEnd end) {
  if (end == PromptEnd::kContinued) return check_beginning(message);
  if (end == PromptEnd::kNothing || message.role != language::Role::kAssistant) return {};
  return invalid_argument(
      "the last message of a request must not be the assistant's, unless it is to be continued");
}

Status check_amount(std::int64_t amount, std::int64_t limit, const char* what) {
  if (amount <= limit) return {};
  return invalid_argument("a request may hold at most " + std::to_string(limit) + " " + what +
                          ", not " + std::to_string(amount));
}

Result<vision::TilePlan> plan_of(const MessageImage& image, const Model& model) {
  ARGES_ASSIGN_OR_RETURN(const auto size, image.size());
  return model.plan_image(size.height, size.width);
}

}  // namespace

Status check_messages(std::span<const Message> messages, PromptEnd end,
                      const EngineOptions& limits) {
  if (messages.empty()) return invalid_argument("a request needs at least one message");
  ARGES_RETURN_IF_ERROR(check_last(messages.back(), end));
  Amounts amounts;
  for (const auto& message : messages) {
    for (const auto& part : message.parts) ARGES_RETURN_IF_ERROR(count_part(part, amounts));
  }
  ARGES_RETURN_IF_ERROR(check_amount(amounts.parts, limits.max_parts_per_request, "parts"));
  ARGES_RETURN_IF_ERROR(
      check_amount(amounts.text_bytes, limits.max_text_per_request, "bytes of text"));
  return check_amount(amounts.images, limits.max_images_per_request, "images");
}

Status check_generate_options(const GenerateOptions& options, const Model& model) {
  if (options.max_tokens < 1 || options.max_tokens > kMaxTokens) {
    return invalid_argument("max_tokens must be between 1 and 1000000");
  }
  if (options.priority < -100 || options.priority > 100) {
    return invalid_argument("priority must be between -100 and 100");
  }
  if (options.deadline.count() < 0) return invalid_argument("the deadline must not be negative");
  if (options.stop_tokens.size() > kMaxStopTokens) {
    return invalid_argument("a request may name at most 64 stop tokens");
  }
  for (const auto token : options.stop_tokens) {
    if (token < 0 || token >= model.vocab_size()) {
      return invalid_argument("stop token " + std::to_string(token) +
                              " is not in the model's vocabulary");
    }
  }
  return language::check_sampling_options(options.sampling,
                                          static_cast<language::TokenId>(model.vocab_size()));
}

Status check_takes_images(const Model& model) {
  // Any size does: a model either has an image encoder or it has not.
  const Status status = model.plan_image(336, 336).status();
  return status.code() == StatusCode::kUnsupported ? status : Status();
}

Status check_images(std::span<const Message> messages, const Model& model) {
  for (const auto& message : messages) {
    for (const auto& part : message.parts) {
      const auto* image = std::get_if<MessageImage>(&part);
      if (!image) continue;
      ARGES_RETURN_IF_ERROR(image->is_file() ? check_takes_images(model)
                                             : plan_of(*image, model).status());
    }
  }
  return {};
}

Result<std::vector<std::int64_t>> count_image_tokens(std::span<const Message> messages,
                                                     const Model& model, const StopCheck& stop) {
  std::vector<std::int64_t> counts;
  for (const auto& message : messages) {
    for (const auto& part : message.parts) {
      const auto* image = std::get_if<MessageImage>(&part);
      if (!image) continue;
      ARGES_RETURN_IF_ERROR(stop());
      ARGES_ASSIGN_OR_RETURN(const auto plan, plan_of(*image, model));
      counts.push_back(plan.token_count);
    }
  }
  return counts;
}

}  // namespace arges::sdk
