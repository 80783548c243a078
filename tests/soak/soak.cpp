// SPDX-License-Identifier: Apache-2.0
// arges_soak MODEL PICTURE MINUTES: a mixed workload for so long; fails when the process grows.
#include <arges/arges.h>
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "tests/soak/process_samples.h"
#include "tests/soak/workload.h"

namespace arges::soak {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kClients = 8;
constexpr auto kBetweenSamples = std::chrono::seconds(10);
constexpr std::size_t kSamplesOfARow = 6;

arges_engine* open_engine(const std::string& folder) {
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = folder.data();
  options.model_path_length = folder.size();
  arges_engine* engine = nullptr;
  if (arges_engine_open(&options, &engine) != ARGES_OK) {
    std::fprintf(stderr, "%s\n", arges_last_error_message());
  }
  return engine;
}

arges_image* read_image(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  arges_image* image = nullptr;
  if (arges_image_decode(bytes.data(), bytes.size(), &image) != ARGES_OK) {
    std::fprintf(stderr, "%s\n", arges_last_error_message());
  }
  return image;
}

void print_row(const Sample& sample, const Tally& tally) {
  std::printf("%7lld %10lld %6lld %8lld %9llu %8llu %10llu %9llu %9llu\n",
              static_cast<long long>(sample.seconds), static_cast<long long>(sample.resident_kib),
              static_cast<long long>(sample.descriptors), static_cast<long long>(sample.threads),
              static_cast<unsigned long long>(tally.requests),
              static_cast<unsigned long long>(tally.done),
              static_cast<unsigned long long>(tally.cancelled),
              static_cast<unsigned long long>(tally.pictures),
              static_cast<unsigned long long>(tally.sessions));
  std::fflush(stdout);
}

// Samples until the time is up, beside the clients.
std::vector<Sample> watch(Clock::time_point begin, Clock::time_point end, const Tally& tally) {
  std::printf(
      "      s   resid.KiB  descr  threads  requests     done  cancelled  pictures  sessions\n");
  std::vector<Sample> samples;
  for (auto next = begin + kBetweenSamples; next <= end; next += kBetweenSamples) {
    std::this_thread::sleep_until(next);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(next - begin);
    samples.push_back(take_sample(seconds.count()));
    if (samples.size() % kSamplesOfARow == 0) print_row(samples.back(), tally);
  }
  return samples;
}

std::vector<Sample> run(arges_engine* engine, arges_image* image, std::chrono::minutes length,
                        Tally& tally) {
  const std::string expected = Client::check_question(engine, image);
  const auto begin = Clock::now();
  const auto end = begin + length;
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 1; seed <= kClients; ++seed) {
    threads.emplace_back([&, seed] {
      Client client(engine, image, expected, seed, tally);
      while (Clock::now() < end) client.act();
    });
  }
  std::vector<Sample> samples = watch(begin, end, tally);
  for (std::thread& thread : threads) thread.join();
  return samples;
}

int main_of(const char* model, const char* picture, int minutes) {
  // Large blocks go back to the system when they are freed: otherwise malloc keeps one in the arena
  // of each thread that ever had one, and the resident memory rises for an hour with nothing held.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  arges_engine* engine = open_engine(model);
  arges_image* image = read_image(picture);
  if (engine == nullptr || image == nullptr) return 1;
  Tally tally;
  const std::vector<Sample> samples = run(engine, image, std::chrono::minutes(minutes), tally);
  arges_image_free(image);
  arges_engine_close(engine);
  const std::string trend = find_trend(samples);
  std::printf("%llu answers compared, %llu things wrong; %s\n",
              static_cast<unsigned long long>(tally.checked),
              static_cast<unsigned long long>(tally.wrong), trend.empty() ? "flat" : trend.c_str());
  return tally.wrong == 0 && trend.empty() ? 0 : 1;
}

}  // namespace
}  // namespace arges::soak

int main(int argc, char** argv) {
  const int minutes = argc == 4 ? std::atoi(argv[3]) : 0;
  if (minutes < 1) {
    std::fprintf(stderr, "usage: arges_soak MODEL PICTURE MINUTES\n");
    return 2;
  }
  return arges::soak::main_of(argv[1], argv[2], minutes);
}
