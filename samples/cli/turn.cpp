// SPDX-License-Identifier: Apache-2.0
#include "samples/cli/turn.h"

#include <chrono>
#include <cstdio>

#include "samples/cli/failure.h"
#include "samples/cli/files.h"

namespace arges::cli {

Image read_image(const std::string& path) {
  const std::string bytes = read_file(path, kPictureFile);
  try {
    return Image::decode(std::as_bytes(std::span(bytes)));
  } catch (const Error& error) {
    throw Failure(path + ": " + error.what());
  }
}

Answer run_turn(Session& session, const Message& message, const GenerateOptions& options,
                Queue& queue, const std::function<void(std::string_view)>& on_text) {
  const Request request = session.generate(message, options, queue);
  Answer answer;
  Event event = queue.next();
  for (; !event.terminal(); event = queue.next()) {
    if (event.type() != ARGES_EVENT_TEXT) continue;
    answer.text += event.text();
    on_text(event.text());
  }
  event.check();
  answer.finish_reason = event.finish_reason();
  answer.prompt_tokens = event.prompt_tokens();
  answer.reused_tokens = event.reused_tokens();
  answer.generated_tokens = event.generated_tokens();
  answer.timings = event.timings();
  return answer;
}

void print_timings(const Answer& answer) {
  const auto seconds = [](std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
  };
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  const Timings& timings = answer.timings;
  std::fprintf(stderr,
               "%.2f s to the first token (text %.2f, pictures %.2f, prompt of %llu tokens %.2f, "
               "%llu reused), %.2f s in all, %llu tokens\n",
               seconds(timings.first_token), seconds(timings.text), seconds(timings.images),
               number(answer.prompt_tokens), seconds(timings.prefill), number(answer.reused_tokens),
               seconds(timings.total), number(answer.generated_tokens));
}

void print_piece(std::string_view piece) {
  std::fwrite(piece.data(), 1, piece.size(), stdout);
  std::fflush(stdout);
}

}  // namespace arges::cli
