// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "samples/vqa/answers.h"
#include "samples/vqa/questions.h"

namespace arges::vqa {

// A heading and one line a picture, columns apart by tabs: the picture and each question's answer.
// Pictures without answers are left out.
std::string as_table(const std::vector<Question>& questions,
                     const std::vector<PictureAnswers>& pictures);

// [{"picture", "answers": {name: answer}}], with "error" in place of "answers" where there are
// none. A refusal is null: a form's missing field is no text.
std::string as_json(const std::vector<Question>& questions,
                    const std::vector<PictureAnswers>& pictures);

}  // namespace arges::vqa
