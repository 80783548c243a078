// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/webp.h"

#include <algorithm>
#include <vector>

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::size_t kFileStart = 12;
constexpr std::string_view kNames[] = {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM",
                                       "ANMF", "EXIF", "ICCP", "XMP ", "JUNK"};

struct Chunk {
  std::string name;
  std::string data;
};

std::uint32_t read_little(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = count; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  }
  return value;
}

std::string little(std::uint32_t value, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>(value >> 8 * i);
  return out;
}

std::vector<Chunk> parse(std::string_view file) {
  std::vector<Chunk> chunks;
  file.remove_prefix(std::min(file.size(), kFileStart));
  while (file.size() >= 8) {
    const std::size_t length = std::min<std::size_t>(read_little(file, 4, 4), file.size() - 8);
    chunks.push_back({std::string(file.substr(0, 4)), std::string(file.substr(8, length))});
    file.remove_prefix(std::min(file.size(), 8 + length + length % 2));
  }
  return chunks;
}

std::string write(const std::vector<Chunk>& chunks, Random& random) {
  std::string body = "WEBP";
  for (const Chunk& chunk : chunks) {
    auto length = static_cast<std::uint32_t>(chunk.data.size());
    if (random.one_in(200)) length += static_cast<std::uint32_t>(random.below(9)) - 4;
    body += chunk.name + little(length, 4) + chunk.data;
    if (chunk.data.size() % 2 != 0) body += '\0';
  }
  auto length = static_cast<std::uint32_t>(body.size());
  if (random.one_in(200)) length += static_cast<std::uint32_t>(random.below(9)) - 4;
  return "RIFF" + little(length, 4) + body;
}

// One side of a picture where its chunk declares it: 24 bits of a canvas, 14 bits of the others.
void change_size(Chunk& chunk, Random& random) {
  constexpr std::uint32_t kSizes[] = {0, 1, 2, 3, 15, 16, 17, 199, 200, 16382, 16383, 0xFFFFFF};
  const std::uint32_t size =
      random.one_in(2) ? random.pick(kSizes) : static_cast<std::uint32_t>(random.below(64));
  const bool second = random.one_in(2);
  std::string& data = chunk.data;
  if (chunk.name == "VP8X" && data.size() >= 10) {
    data.replace(second ? 7 : 4, 3, little(size, 3));
  } else if (chunk.name == "VP8 " && data.size() >= 10) {
    data.replace(second ? 8 : 6, 2, little(size, 2));
  } else if (chunk.name == "VP8L" && data.size() >= 5) {
    const int shift = second ? 14 : 0;
    const std::uint32_t others = read_little(data, 1, 4) & ~(0x3FFFu << shift);
    data.replace(1, 4, little(others | (size & 0x3FFF) << shift, 4));
  }
}

Chunk exif_chunk(Random& random) {
  std::string exif("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 26);
  exif[18] = static_cast<char>(random.below(10));
  if (random.one_in(4)) exif.insert(0, std::string("Exif\0\0", 6));
  return {"EXIF", random.one_in(2) ? exif : mutate_bytes(std::move(exif), random)};
}

// An extended file of a simple one, or other flags for one that is extended already.
void extend(std::vector<Chunk>& chunks, Random& random) {
  const auto flags = static_cast<char>(random.below(64) & ~(random.one_in(8) ? 0u : 2u));
  if (chunks[0].name == "VP8X" && !chunks[0].data.empty()) {
    chunks[0].data[0] = flags;
    return;
  }
  Chunk extended{"VP8X", std::string{flags, 0, 0, 0}};
  const std::string& picture = chunks[0].data;
  if (chunks[0].name == "VP8L" && picture.size() >= 5) {
    const std::uint32_t sizes = read_little(picture, 1, 4);
    extended.data += little(sizes & 0x3FFF, 3) + little(sizes >> 14 & 0x3FFF, 3);
  } else if (picture.size() >= 10) {
    extended.data += little((read_little(picture, 6, 2) & 0x3FFF) - 1, 3) +
                     little((read_little(picture, 8, 2) & 0x3FFF) - 1, 3);
  }
  chunks.insert(chunks.begin(), extended);
  if (random.one_in(2)) chunks.push_back(exif_chunk(random));
}

void change_chunks(std::vector<Chunk>& chunks, Random& random) {
  const std::size_t at = random.below(chunks.size());
  const auto place = chunks.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(7)) {
    case 0:
      chunks.erase(place);
      break;
    case 1:
      chunks.insert(place, Chunk(chunks[at]));
      break;
    case 2:
      std::swap(chunks[at], random.pick(chunks));
      break;
    case 3:
      chunks[at].name = random.pick(kNames);
      break;
    case 4:
      chunks.insert(place + 1, exif_chunk(random));
      break;
    case 5:
      chunks[at].data.resize(random.below(chunks[at].data.size() + 1));
      break;
    default:
      chunks.insert(place, {std::string(random.pick(kNames)), std::string(random.below(40), '\1')});
  }
}

}  // namespace

std::string mutate_webp(std::string_view file, Random& random) {
  std::vector<Chunk> chunks = parse(file);
  if (chunks.empty()) return mutate_bytes(std::string(file), random);
  switch (random.below(6)) {
    case 0:
      change_size(random.pick(chunks), random);
      break;
    case 1:
      extend(chunks, random);
      break;
    case 2:
      change_chunks(chunks, random);
      break;
    default: {
      Chunk& chunk = random.pick(chunks);
      chunk.data = mutate_bytes(chunk.data, random);
    }
  }
  std::string out = write(chunks, random);
  if (random.one_in(40)) out.resize(random.below(out.size()));
  return out;
}

}  // namespace arges::fuzz
