// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "arges/arges.hpp"
#include "samples/vqa/questions.h"

namespace arges::vqa {

// What was said about one picture: an answer for each question, or why there is none.
struct PictureAnswers {
  std::string path;
  std::vector<std::string> answers;
  std::string error;  // empty when the picture was answered about
};

// Asks all questions in one conversation, so that the picture is looked at once. What goes wrong
// with this picture is reported in the result.
PictureAnswers ask_about(const Engine& engine, const std::string& path,
                         const std::vector<Question>& questions);

// Whether an answer says that there is none: the bundled model's two sentences for that.
bool is_refusal(const std::string& answer);

}  // namespace arges::vqa
