// SPDX-License-Identifier: Apache-2.0
#include "language/text/utf8_stream.h"

namespace arges::language {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

}  // namespace

std::string Utf8Stream::push(std::string_view bytes) {
  using Step = Utf8Decoder::Step;
  std::string out;
  for (const char byte : bytes) {
    Step step = decoder_.feed(static_cast<unsigned char>(byte));
    if (step == Step::kInvalidBeforeThis) {
      out += kReplacement;
      held_.clear();
      step = decoder_.feed(static_cast<unsigned char>(byte));
    }
    if (step == Step::kInvalid) {
      out += kReplacement;
      continue;
    }
    held_.push_back(byte);
    if (step == Step::kComplete) {
      out += held_;
      held_.clear();
    }
  }
  return out;
}

std::string Utf8Stream::flush() {
  const bool unfinished = !held_.empty();
  held_.clear();
  decoder_.reset();
  return unfinished ? std::string(kReplacement) : std::string();
}

}  // namespace arges::language
