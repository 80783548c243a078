// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <arges/arges.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace arges::bindings_test {

inline const std::string kPocket = ARGES_SOURCE_DIR "/models/pocket";

// Tests that talk to the bundled model; skipped where it has no weights.
class PocketTalk : public testing::Test {
 protected:
  explicit PocketTalk(std::string device = "auto") : device_(std::move(device)) {}

  void SetUp() override {
    if (!std::filesystem::exists(kPocket + "/model.safetensors")) {
      GTEST_SKIP() << kPocket << " has no weights";
    }
    engine.emplace(arges::EngineOptions{.model_path = kPocket, .device = device_});
  }

  static arges::Message message(arges::Role role, const std::string& text) {
    arges::Message made(role);
    made.add(text);
    return made;
  }
  static arges::Message question() {
    std::ifstream picture(ARGES_SOURCE_DIR "/samples/images/receipt.png", std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(picture), {});
    arges::Message made(arges::Role::kUser);
    made.add_image_bytes(std::as_bytes(std::span(bytes))).add("What is the total?");
    return made;
  }
  // Reads to the terminal event, which must be DONE.
  std::string text_of(const arges::Request&) {
    std::string text;
    arges::Event event = queue.next();
    for (; !event.terminal(); event = queue.next()) text += event.text();
    event.check();
    return text;
  }

  std::optional<arges::Engine> engine;
  arges::Queue queue;

 private:
  const std::string device_;
};

}  // namespace arges::bindings_test
