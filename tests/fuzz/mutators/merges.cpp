// SPDX-License-Identifier: Apache-2.0
// Changes merges line by line, the two JSON files as JSON, and the text.
#include "tests/fuzz/mutators/json.h"
#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/mutators/text.h"
#include "tests/fuzz/support/parts.h"

namespace arges::fuzz {
namespace {

constexpr std::string_view kWords[] = {"added_tokens_decoder",
                                       "content",
                                       "special",
                                       "0",
                                       "255",
                                       "256",
                                       "-1",
                                       "200020",
                                       "1048576",
                                       "<image>",
                                       "<end_of_sentence>",
                                       "a",
                                       "b",
                                       "ab",
                                       "\xC4\xA0",
                                       "\xC4\xA0t",
                                       "\xC4\xA0th"};
constexpr std::string_view kLines[] = {"#version: 0.2", "",  "a b",        "ab c",
                                       "\xC4\xA0 t",    "a", "a  b",       "a b c",
                                       "a b\r",         " ", "\xC4\x80 a", "\xE5\x8C\x97 a"};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return lines;
}

// A merge of two halves that lines already name.
std::string some_merge(const std::vector<std::string>& lines, Random& random) {
  std::string left = random.pick(lines);
  std::erase(left, ' ');
  std::string right = random.pick(lines);
  return left + " " + right.substr(0, right.find(' '));
}

std::string change_lines(std::string_view text, Random& random) {
  std::vector<std::string> lines = lines_of(text);
  const std::size_t at = random.below(lines.size());
  const auto place = lines.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(6)) {
    case 0:
      lines.erase(place);
      break;
    case 1:
      lines.insert(place, std::string(lines[at]));
      break;
    case 2:
      lines.insert(place, std::string(random.pick(kLines)));
      break;
    case 3:
      lines[at] = mutate_bytes(lines[at], random, 8);
      break;
    case 4:
      lines.push_back(some_merge(lines, random));
      break;
    default:
      std::swap(lines[at], random.pick(lines));
  }
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) out += (i > 0 ? "\n" : "") + lines[i];
  return out;
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  std::vector<std::string> parts;
  for (const std::string_view one : split_parts(input)) parts.emplace_back(one);
  parts.resize(4);
  switch (random.below(5)) {
    case 0:
      parts[1] = mutate_json(parts[1], kWords, random);
      break;
    case 1:
      parts[2] = mutate_json(parts[2], kWords, random);
      break;
    case 2:
      parts[3] = mutate_text(parts[3], kWords, random);
      break;
    default:
      parts[0] = change_lines(parts[0], random);
  }
  return join_parts(parts);
}

}  // namespace arges::fuzz
