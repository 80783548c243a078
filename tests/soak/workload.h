// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arges/arges.h>

#include <atomic>
#include <cstdint>
#include <random>
#include <string>

namespace arges::soak {

// What all clients have done.
struct Tally {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> cancelled{0};
  std::atomic<std::uint64_t> pictures{0};
  std::atomic<std::uint64_t> sessions{0};
  std::atomic<std::uint64_t> checked{0};  // answers that were compared
  std::atomic<std::uint64_t> wrong{0};    // what nothing explains; each is printed
};

// Somebody who uses the library in every way, one request after another. One thread.
class Client {
 public:
  // The handles must outlive it. `expected`: the answer to check_question() of a new session.
  Client(arges_engine* engine, arges_image* image, std::string expected, std::uint64_t seed,
         Tally& tally);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Does one thing.
  void act();
  // Asks what always has the same answer.
  static std::string check_question(arges_engine* engine, arges_image* image);

 private:
  struct Asked {
    bool picture = false;
    std::uint64_t cancel_after = ~std::uint64_t{0};  // events
    std::uint64_t deadline_ms = 0;
  };

  void renew_session();
  void check_answer();
  void ask(const Asked& asked);
  void ask_with_callback();
  void close_under_way();
  void count_words();
  arges_request* submit(const Asked& asked, arges_queue* queue);
  void read_to_end(arges_request* request, const Asked& asked);
  void note_end(const arges_event& event, bool may_be_cancelled);
  void expect_ok(arges_status status, const char* what);
  std::uint64_t pick(std::uint64_t bound) { return random_() % bound; }

  arges_engine* const engine_;
  arges_image* const image_;
  const std::string expected_;
  std::mt19937_64 random_;
  Tally& tally_;
  arges_session* session_ = nullptr;
  arges_queue* queue_ = nullptr;
};

}  // namespace arges::soak
