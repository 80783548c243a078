// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/turn_reader.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "sdk/runtime/request_checks.h"
#include "sdk/snapshot/image_bytes.h"

namespace arges::sdk::snapshot {
namespace {

constexpr std::uint64_t kAnyCount = ~std::uint64_t{0};
constexpr std::uint64_t kLeastPictureBytes = 4 * sizeof(std::uint64_t);

Result<language::TokenId> placeholder_of(const Model& model) {
  language::PromptMessage message;
  message.parts.emplace_back(std::in_place_type<language::ImagePart>, 1);
  ARGES_ASSIGN_OR_RETURN(const language::PromptTokens tokens, model.prompts().message(message));
  return tokens.ids[static_cast<std::size_t>(tokens.images.front().begin)];
}

}  // namespace

Result<TurnReader> TurnReader::create(const Model& model, Reader& reader) {
  TurnReader turns(model, reader);
  if (check_takes_images(model).ok()) {
    ARGES_ASSIGN_OR_RETURN(turns.placeholder_, placeholder_of(model));
  }
  return turns;
}

Result<Passage> TurnReader::next() {
  Passage passage;
  ARGES_ASSIGN_OR_RETURN(passage.ids, read_ids(end_));
  const std::int64_t ids = std::ssize(passage.ids);
  ARGES_ASSIGN_OR_RETURN(passage.cuts, reader_.run<std::int64_t>(static_cast<std::uint64_t>(ids)));
  ARGES_ASSIGN_OR_RETURN(passage.tail, read_ids(end_ + ids));
  ARGES_RETURN_IF_ERROR(read_pictures(passage));
  ARGES_RETURN_IF_ERROR(check_cuts(passage));
  ARGES_RETURN_IF_ERROR(check_beginning(passage));
  ARGES_RETURN_IF_ERROR(check_placeholders(passage));
  passage.end = end_ += ids;
  tail_ = passage.tail;
  return passage;
}

// before: tokens of the conversation that stand in front of them.
Result<std::vector<language::TokenId>> TurnReader::read_ids(std::int64_t before) const {
  ARGES_ASSIGN_OR_RETURN(const std::uint64_t size,
                         reader_.count(kAnyCount, sizeof(language::TokenId)));
  if (size > static_cast<std::uint64_t>(model_.max_context() - before)) {
    return Status(StatusCode::kContextFull,
                  "the saved session holds more tokens than the context of " +
                      std::to_string(model_.max_context()) +
                      "; open the engine with a larger max_context");
  }
  ARGES_ASSIGN_OR_RETURN(auto ids, reader_.elements<language::TokenId>(size));
  const auto is_known = [this](language::TokenId id) {
    return id >= 0 && id < model_.vocab_size();
  };
  if (!std::ranges::all_of(ids, is_known)) return damaged("a token in it is none of the model's");
  return ids;
}

Status TurnReader::read_pictures(Passage& passage) const {
  ARGES_ASSIGN_OR_RETURN(const std::uint64_t count,
                         reader_.count(passage.ids.size(), kLeastPictureBytes));
  std::int64_t free_from = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    language::ImageSpan run;
    ARGES_ASSIGN_OR_RETURN(run.begin, reader_.number<std::int64_t>());
    ARGES_ASSIGN_OR_RETURN(run.count, reader_.number<std::int64_t>());
    ARGES_ASSIGN_OR_RETURN(MessageImage image, read_image(reader_));
    ARGES_RETURN_IF_ERROR(check_picture(run, image, free_from, std::ssize(passage.ids)));
    free_from = run.begin + run.count;
    passage.pictures.push_back(run);
    passage.images.push_back(std::move(image));
  }
  return {};
}

// Its run lies behind the one before it, inside the turn's ids, and is as long as the picture's
// features.
Status TurnReader::check_picture(const language::ImageSpan& run, const MessageImage& image,
                                 std::int64_t free_from, std::int64_t ids) const {
  const bool inside =
      run.begin >= free_from && run.begin <= ids && run.count >= 1 && run.count <= ids - run.begin;
  if (!inside) return damaged("a picture in it lies outside its turn");
  const auto size = image.size();
  if (!size.ok()) return damaged("a picture in it is none");
  const auto plan = model_.plan_image(size->height, size->width);
  if (!plan.ok() || plan->token_count != run.count) {
    return damaged("a picture in it does not fill its place");
  }
  return {};
}

Status TurnReader::check_cuts(const Passage& passage) const {
  const std::vector<std::int64_t>& cuts = passage.cuts;
  const bool ascend = std::ranges::adjacent_find(cuts, std::greater_equal<>()) == cuts.end();
  const bool inside = cuts.empty() || (cuts.front() >= 1 && cuts.back() <= std::ssize(passage.ids));
  return ascend && inside ? Status() : damaged("its messages do not follow one another");
}

// A turn begins with what the one before it had left to absorb.
Status TurnReader::check_beginning(const Passage& passage) const {
  if (passage.ids.empty() && passage.tail.empty()) return damaged("a turn in it is empty");
  const bool begins = tail_.size() <= passage.ids.size() &&
                      std::equal(tail_.begin(), tail_.end(), passage.ids.begin());
  return begins ? Status() : damaged("its turns do not follow one another");
}

// They stand where pictures do, and nowhere else.
Status TurnReader::check_placeholders(const Passage& passage) const {
  if (!placeholder_) {
    return passage.pictures.empty() ? Status() : damaged("it has pictures for a model of text");
  }
  auto run = passage.pictures.begin();
  for (std::int64_t i = 0; i < std::ssize(passage.ids); ++i) {
    while (run != passage.pictures.end() && i >= run->begin + run->count) ++run;
    const bool shown = run != passage.pictures.end() && i >= run->begin;
    if ((passage.ids[static_cast<std::size_t>(i)] == *placeholder_) != shown) {
      return damaged("its pictures are not where their places are");
    }
  }
  const bool clean = std::ranges::count(passage.tail, *placeholder_) == 0;
  return clean ? Status() : damaged("it lacks a picture");
}

}  // namespace arges::sdk::snapshot
