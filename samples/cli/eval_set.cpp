// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/eval_set.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "samples/cli/failure.h"
#include "samples/cli/files.h"

namespace arges::cli {
namespace {

EvalItem parse_item(const std::string& line, const std::filesystem::path& folder,
                    const std::string& where) {
  const nlohmann::json json = nlohmann::json::parse(line);
  EvalItem item{(folder / json.at("image").get<std::string>()).string(),
                json.at("question").get<std::string>(),
                json.at("answers").get<std::vector<std::string>>(),
                json.at("task").get<std::string>()};
  if (item.task != kWholeSet) return item;
  throw Failure(where + " names its task \"all\", which stands for the whole set; rename the task");
}

}  // namespace

std::vector<EvalItem> read_eval_set(const std::string& path, std::size_t limit) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::vector<EvalItem> items;
  std::istringstream lines(read_file(path, kEvalSetFile));
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line) && (limit == 0 || items.size() < limit);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = path + " line " + std::to_string(number);
    try {
      items.push_back(parse_item(line, folder, where));
    } catch (const nlohmann::json::exception&) {
      throw Failure(where + " is not an object with image, question, answers and task");
    }
  }
  if (items.empty()) throw Failure(path + " holds no questions");
  return items;
}

}  // namespace arges::cli
