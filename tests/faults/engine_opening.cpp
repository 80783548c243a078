// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/engine_opening.h"

#include <string_view>

namespace arges::faults {

arges_status open_and_close_engine() {
  constexpr std::string_view kModel = ARGES_SOURCE_DIR "/models/pocket";
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = kModel.data();
  options.model_path_length = kModel.size();
  options.threads = 4;
  arges_engine* engine = nullptr;
  const arges_status status = arges_engine_open(&options, &engine);
  arges_engine_close(engine);
  return status;
}

}  // namespace arges::faults
