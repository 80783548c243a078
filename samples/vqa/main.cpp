// SPDX-License-Identifier: Apache-2.0
// vqa: the same questions about many pictures, through the C ABI.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "samples/vqa/pictures.h"
#include "samples/vqa/report.h"

namespace arges::vqa {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> questions;
  std::vector<std::string> fields;
  std::string questions_file;
  std::string model = ARGES_DEFAULT_MODEL;
  std::string device = "auto";
  std::uint32_t threads = 0;
  bool json = false;
};

void declare(CLI::App& app, Options& options) {
  app.add_option("PATH", options.paths, "Pictures, and folders of pictures")->required();
  app.add_option("--ask", options.questions, "A question; may be repeated")->take_all();
  app.add_option("--field", options.fields, "A field of a form, asked for by its name")->take_all();
  app.add_option("--questions", options.questions_file,
                 "A file of them: QUESTION or NAME = QUESTION");
  app.add_option("--model", options.model, "Model folder")->capture_default_str();
  app.add_option("--device", options.device, "auto, cpu or cuda")->capture_default_str();
  app.add_option("--threads", options.threads, "0 = one for each core");
  app.add_flag("--json", options.json, "JSON instead of a table");
}

std::vector<Question> all_questions(const Options& options) {
  std::vector<Question> questions;
  if (!options.questions_file.empty()) questions = read_questions(options.questions_file);
  for (const std::string& text : options.questions) questions.push_back(plain_question(text));
  for (const std::string& field : options.fields) questions.push_back(field_question(field));
  return questions;
}

// Pictures that cannot be answered about are told of and do not keep the others back.
int run(const Options& options, const std::vector<Question>& questions) {
  const std::vector<std::string> paths = find_pictures(options.paths);
  const Engine engine(
      {.model_path = options.model, .device = options.device, .threads = options.threads});
  std::vector<PictureAnswers> pictures;
  int status = 0;
  for (const std::string& path : paths) {
    pictures.push_back(ask_about(engine, path, questions));
    if (pictures.back().error.empty()) continue;
    std::fprintf(stderr, "vqa: %s: %s\n", path.c_str(), pictures.back().error.c_str());
    status = kFailed;
  }
  std::fputs((options.json ? as_json : as_table)(questions, pictures).c_str(), stdout);
  return std::fflush(stdout) == 0 ? status : kFailed;
}

int main_of(int argc, char** argv) {
  CLI::App app("Answers the same questions about each picture");
  Options options;
  declare(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  try {
    const std::vector<Question> questions = all_questions(options);
    if (!questions.empty()) return run(options, questions);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vqa: %s\n", error.what());
    return kFailed;
  }
  std::fputs("vqa: nothing to ask; name --ask, --field or --questions\n", stderr);
  return kUsage;
}

}  // namespace
}  // namespace arges::vqa

int main(int argc, char** argv) {
  return arges::vqa::main_of(argc, argv);
}
