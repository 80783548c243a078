// SPDX-License-Identifier: Apache-2.0
#include "samples/vqa/report.h"

#include <nlohmann/json.hpp>

namespace arges::vqa {
namespace {

// A tab or a line break inside an answer would begin another cell.
std::string cell(std::string text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

nlohmann::ordered_json describe(const std::vector<Question>& questions,
                                const PictureAnswers& picture) {
  nlohmann::ordered_json out = {{"picture", picture.path}};
  if (!picture.error.empty()) {
    out["error"] = picture.error;
    return out;
  }
  nlohmann::ordered_json& answers = out["answers"] = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const std::string& answer = picture.answers[i];
    answers[questions[i].name] = is_refusal(answer) ? nullptr : nlohmann::ordered_json(answer);
  }
  return out;
}

}  // namespace

std::string as_table(const std::vector<Question>& questions,
                     const std::vector<PictureAnswers>& pictures) {
  std::string table = "picture";
  for (const Question& question : questions) table += '\t' + cell(question.name);
  table += '\n';
  for (const PictureAnswers& picture : pictures) {
    if (!picture.error.empty()) continue;
    table += cell(picture.path);
    for (const std::string& answer : picture.answers) table += '\t' + cell(answer);
    table += '\n';
  }
  return table;
}

std::string as_json(const std::vector<Question>& questions,
                    const std::vector<PictureAnswers>& pictures) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const PictureAnswers& picture : pictures) out.push_back(describe(questions, picture));
  // Answers come from a model: bytes that are no UTF-8 must not end the report.
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace arges::vqa
