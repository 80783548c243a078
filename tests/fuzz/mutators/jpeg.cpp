// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/jpeg.h"

#include <algorithm>
#include <vector>

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr unsigned char kMarkers[] = {0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC8, 0xC9, 0xCA,
                                      0xCC, 0xCF, 0xD0, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB,
                                      0xDC, 0xDD, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE, 0x01};

// A marker with its parameters and, after a scan header, the scan's data.
struct Segment {
  unsigned char marker = 0;
  std::string data;
  std::string scan;
};

bool stands_alone(unsigned char marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker < 0xDA);
}

// Length of what is no marker: stuffed bytes and restarts belong to a scan.
std::size_t scan_length(std::string_view bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    const auto next = static_cast<unsigned char>(bytes[i + 1]);
    if (bytes[i] == '\xFF' && next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return i;
  }
  return bytes.size();
}

std::vector<Segment> parse(std::string_view file) {
  std::vector<Segment> segments;
  while (file.size() >= 2 && file[0] == '\xFF') {
    Segment segment{static_cast<unsigned char>(file[1]), {}, {}};
    file.remove_prefix(2);
    if (!stands_alone(segment.marker) && file.size() >= 2) {
      const std::size_t length =
          static_cast<unsigned char>(file[0]) * 256u + static_cast<unsigned char>(file[1]);
      const std::size_t whole = std::clamp<std::size_t>(length, 2, file.size());
      segment.data = file.substr(2, whole - 2);
      file.remove_prefix(whole);
    }
    segment.scan = file.substr(0, scan_length(file));
    file.remove_prefix(segment.scan.size());
    segments.push_back(std::move(segment));
  }
  return segments;
}

std::string write(const std::vector<Segment>& segments, Random& random) {
  std::string out;
  for (const Segment& segment : segments) {
    out += '\xFF';
    out += static_cast<char>(segment.marker);
    if (!stands_alone(segment.marker)) {
      std::size_t length = segment.data.size() + 2;
      if (random.one_in(300)) length = random.below(70'000);
      out += static_cast<char>(length >> 8);
      out += static_cast<char>(length);
      out += segment.data;
    }
    out += segment.scan;
  }
  return out;
}

Segment* find(std::vector<Segment>& segments, unsigned char low, unsigned char high) {
  for (Segment& segment : segments) {
    if (segment.marker >= low && segment.marker <= high) return &segment;
  }
  return nullptr;
}

// Precision, size, components and their sampling.
void change_frame(std::vector<Segment>& segments, Random& random) {
  Segment* frame = find(segments, 0xC0, 0xC2);
  if (frame == nullptr || frame->data.size() < 6) return;
  constexpr std::uint16_t kSizes[] = {0, 1, 7, 8, 9, 16, 17, 255, 1000, 16384, 65535};
  constexpr char kSampling[] = {0x11, 0x21, 0x12, 0x22, 0x41, 0x14, 0x44, 0x31, 0x01, 0x00};
  switch (random.below(4)) {
    case 0: {
      const std::uint16_t size =
          random.one_in(2) ? random.pick(kSizes) : static_cast<std::uint16_t>(random.below(64));
      const std::size_t at = random.one_in(2) ? 1 : 3;
      frame->data[at] = static_cast<char>(size >> 8);
      frame->data[at + 1] = static_cast<char>(size);
      break;
    }
    case 1:
      frame->marker = static_cast<unsigned char>(0xC0 + random.below(4));
      break;
    case 2: {
      const std::size_t at = 7 + 3 * random.below(4);
      if (at < frame->data.size()) frame->data[at] = random.pick(kSampling);
      break;
    }
    default:
      frame->data = mutate_bytes(frame->data, random, 3);
  }
}

// Scans by the dozen: each passes over the whole picture.
void repeat_scans(std::vector<Segment>& segments, Random& random) {
  const Segment* scan = find(segments, 0xDA, 0xDA);
  if (scan == nullptr) return;
  const Segment copy = *scan;
  const auto place = segments.begin() + static_cast<std::ptrdiff_t>(random.below(segments.size()));
  segments.insert(place, random.up_to(120), copy);
}

void add_exif(std::vector<Segment>& segments, Random& random) {
  std::string exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 32);
  exif[24] = static_cast<char>(random.below(10));
  if (random.one_in(2)) exif = mutate_bytes(std::move(exif), random);
  segments.insert(segments.begin() + (segments.empty() ? 0 : 1), {0xE1, exif, {}});
}

void change_segments(std::vector<Segment>& segments, Random& random) {
  const std::size_t at = random.below(segments.size());
  const auto place = segments.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(7)) {
    case 0:
      segments.erase(place);
      break;
    case 1:
      segments.insert(place, Segment(segments[at]));
      break;
    case 2:
      std::swap(segments[at], random.pick(segments));
      break;
    case 3:
      segments[at].data = mutate_bytes(segments[at].data, random);
      break;
    case 4:
      segments[at].marker = random.pick(kMarkers);
      break;
    case 5:
      segments[at].scan = mutate_bytes(segments[at].scan, random);
      break;
    default:
      segments.insert(place, {random.pick(kMarkers), std::string(random.below(40), '\1'), {}});
  }
}

}  // namespace

std::string mutate_jpeg(std::string_view file, Random& random) {
  std::vector<Segment> segments = parse(file);
  if (segments.empty()) return mutate_bytes(std::string(file), random);
  switch (random.below(8)) {
    case 0:
    case 1:
      change_frame(segments, random);
      break;
    case 2:
      repeat_scans(segments, random);
      break;
    case 3:
      add_exif(segments, random);
      break;
    default:
      change_segments(segments, random);
  }
  std::string out = write(segments, random);
  if (random.one_in(40)) out.resize(random.below(out.size() + 1));
  return out;
}

}  // namespace arges::fuzz
