// SPDX-License-Identifier: Apache-2.0
#include "samples/vqa/answers.h"

#include "samples/vqa/pictures.h"

namespace arges::vqa {
namespace {

std::string answer_to(Session& session, const Message& message, Queue& queue) {
  const Request request = session.generate(message, {}, queue);
  std::string answer;
  Event event = queue.next();
  for (; !event.terminal(); event = queue.next()) {
    if (event.type() == ARGES_EVENT_TEXT) answer += event.text();
  }
  event.check();
  return answer;
}

std::vector<std::string> converse(const Engine& engine, const Image& picture,
                                  const std::vector<Question>& questions) {
  Session session(engine);
  Queue queue;
  std::vector<std::string> answers;
  for (const Question& question : questions) {
    Message message(Role::kUser);
    if (answers.empty()) message.add(picture);
    answers.push_back(answer_to(session, message.add(question.text), queue));
  }
  return answers;
}

}  // namespace

PictureAnswers ask_about(const Engine& engine, const std::string& path,
                         const std::vector<Question>& questions) {
  try {
    return {path, converse(engine, Image::decode(read_bytes(path)), questions), {}};
  } catch (const std::exception& error) {
    return {path, {}, error.what()};
  }
}

bool is_refusal(const std::string& answer) {
  return answer == "It is not shown." || answer == "I cannot tell.";
}

}  // namespace arges::vqa
