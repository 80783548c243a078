// SPDX-License-Identifier: Apache-2.0
#include "samples/vqa/questions.h"

#include <fstream>
#include <stdexcept>

namespace arges::vqa {
namespace {

constexpr std::string_view kBetween = " = ";

std::string trim(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Question parse_question(const std::string& line) {
  const std::size_t at = line.find(kBetween);
  if (at == std::string::npos) return plain_question(line);
  return {trim(line.substr(0, at)), trim(line.substr(at + kBetween.size()))};
}

}  // namespace

Question plain_question(const std::string& text) {
  return {text, text};
}

Question field_question(const std::string& field) {
  return {field, "What is the " + field + "?"};
}

std::vector<Question> read_questions(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path + "; check the path");
  std::vector<Question> questions;
  for (std::string line; std::getline(file, line);) {
    const std::string text = trim(line);
    if (!text.empty() && text.front() != '#') questions.push_back(parse_question(text));
  }
  if (file.bad() || questions.empty()) throw std::runtime_error(path + " holds no questions");
  return questions;
}

}  // namespace arges::vqa
