// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/score.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace arges::cli {
namespace {

constexpr double kZ = 1.96;  // of the normal distribution at 95 %

std::string trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

std::string fold(const std::string& task, const std::string& text) {
  std::string folded = trim(text);
  if (task == "reading") return folded;
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

}  // namespace

bool is_right(const std::string& task, const std::string& answer,
              const std::vector<std::string>& expected) {
  const std::string given = fold(task, answer);
  return std::any_of(expected.begin(), expected.end(),
                     [&](const std::string& one) { return fold(task, one) == given; });
}

double Tally::percent() const {
  return 100.0 * static_cast<double>(right) / static_cast<double>(n);
}

std::pair<double, double> Tally::interval() const {
  const double count = static_cast<double>(n);
  const double p = static_cast<double>(right) / count;
  const double scale = 100.0 / (1.0 + kZ * kZ / count);
  const double centre = p + kZ * kZ / (2.0 * count);
  const double spread = kZ * std::sqrt((p * (1.0 - p) + kZ * kZ / (4.0 * count)) / count);
  return {scale * (centre - spread), scale * (centre + spread)};
}

}  // namespace arges::cli
