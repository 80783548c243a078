// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "arges/arges.hpp"

namespace arges::cli {

// The bundled model behind the C ABI, asked for answers of a given length.
class Answering {
 public:
  // Throws Failure or arges::Error.
  explicit Answering(std::int64_t threads);

  const Engine& engine() const { return engine_; }
  std::string weights() const { return engine_.info().weight_format; }

  // Greedy answers of exactly `tokens` tokens: the model's own end is never chosen.
  GenerateOptions endless(std::int64_t tokens) const;
  // Seconds between the pieces of such an answer, each a token or two. `beside_pictures`: other
  // requests' pictures are being encoded all the while, and only gaps within such times count.
  std::vector<double> gaps(std::int64_t tokens, bool beside_pictures) const;

 private:
  Engine engine_;
  std::int32_t end_;  // the token that ends an answer
  Image picture_;
};

// A short question, another one for each number.
Message question(std::int64_t number);

}  // namespace arges::cli
