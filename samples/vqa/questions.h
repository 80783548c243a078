// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace arges::vqa {

// A question with the name under which its answer is reported.
struct Question {
  std::string name;
  std::string text;
};

// A question that is its own name.
Question plain_question(const std::string& text);

// "What is the FIELD?", named FIELD: how the fields of a form are asked for.
Question field_question(const std::string& field);

// One question a line: "NAME = QUESTION", or a question alone. Empty lines and lines that begin
// with # are passed over. Throws std::runtime_error, naming the path.
std::vector<Question> read_questions(const std::string& path);

}  // namespace arges::vqa
