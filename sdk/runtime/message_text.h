// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kernels/base/status.h"
#include "language/text/utf8.h"

namespace arges::sdk {

// A text of a message: checked once, when it is made, and shared by its copies, so that handing a
// message on costs the same whatever its length. Never changes; safe from any thread.
class MessageText {
 public:
  // Throws std::bad_alloc.
  MessageText(std::string text)  // NOLINT: implicit, a text is one
      : checked_(std::make_shared<const Checked>(std::move(text))) {}

  const std::string& str() const { return checked_->text; }
  // INVALID_ARGUMENT unless it is UTF-8.
  const Status& status() const { return checked_->status; }

 private:
  struct Checked {
    explicit Checked(std::string given)
        : text(std::move(given)), status(language::check_utf8(text, "a message's text")) {}

    const std::string text;
    const Status status;
  };

  std::shared_ptr<const Checked> checked_;
};

}  // namespace arges::sdk
