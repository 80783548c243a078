// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/png.h"

#include <zlib.h>

#include <algorithm>
#include <vector>

#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1A\n", 8);
constexpr std::string_view kTypes[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "eXIf", "gAMA",
                                       "iCCP", "sBIT", "bKGD", "acTL", "fdAT", "zTXt", "iTXt",
                                       "cHRM", "pHYs", "sPLT", "hIST", "tIME", "quXQ"};

struct Chunk {
  std::string type;
  std::string data;
};

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put_u32(std::uint32_t value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::vector<Chunk> parse(std::string_view file) {
  std::vector<Chunk> chunks;
  if (!file.starts_with(kSignature)) return chunks;
  file.remove_prefix(kSignature.size());
  while (file.size() >= 8) {
    const std::size_t length = std::min<std::size_t>(read_u32(file, 0), file.size() - 8);
    chunks.push_back({std::string(file.substr(4, 4)), std::string(file.substr(8, length))});
    file.remove_prefix(std::min(file.size(), length + 12));
  }
  return chunks;
}

std::string write(const std::vector<Chunk>& chunks, Random& random) {
  std::string out(kSignature);
  for (const Chunk& chunk : chunks) {
    const std::string checked = chunk.type + chunk.data;
    const auto* bytes = reinterpret_cast<const Bytef*>(checked.data());
    auto crc = static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(checked.size())));
    if (random.one_in(500)) crc ^= 1;
    put_u32(static_cast<std::uint32_t>(chunk.data.size()), out);
    out += checked;
    put_u32(crc, out);
  }
  return out;
}

Chunk* find(std::vector<Chunk>& chunks, std::string_view type) {
  for (Chunk& chunk : chunks) {
    if (chunk.type == type) return &chunk;
  }
  return nullptr;
}

// What the filters see: all IDAT together, inflated, at most 256 KiB.
std::string inflated(const std::vector<Chunk>& chunks) {
  std::string packed;
  for (const Chunk& chunk : chunks) {
    if (chunk.type == "IDAT") packed += chunk.data;
  }
  std::string rows(256 * 1024, '\0');
  uLongf size = rows.size();
  const auto* bytes = reinterpret_cast<const Bytef*>(packed.data());
  uncompress(reinterpret_cast<Bytef*>(rows.data()), &size, bytes, packed.size());
  rows.resize(std::min<std::size_t>(size, rows.size()));
  return rows;
}

std::string deflated(const std::string& rows) {
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(rows.data()), rows.size(), Z_BEST_COMPRESSION);
  packed.resize(size);
  return packed;
}

// One IDAT, or many small ones, with nothing between them.
void set_rows(std::vector<Chunk>& chunks, const std::string& rows, Random& random) {
  const auto is_data = [](const Chunk& chunk) { return chunk.type == "IDAT"; };
  auto place = std::find_if(chunks.begin(), chunks.end(), is_data) - chunks.begin();
  std::erase_if(chunks, is_data);
  place = std::min<std::ptrdiff_t>(place, std::ssize(chunks));
  const std::string packed = deflated(rows);
  const std::size_t step = random.one_in(4) ? random.up_to(64) : packed.size();
  std::vector<Chunk> parts;
  for (std::size_t at = 0; at < packed.size() && parts.size() < 100; at += step) {
    parts.push_back({"IDAT", packed.substr(at, step)});
  }
  chunks.insert(chunks.begin() + place, parts.begin(), parts.end());
}

void change_rows(std::vector<Chunk>& chunks, Random& random) {
  std::string rows = inflated(chunks);
  switch (random.below(5)) {
    case 0:
      rows += rows;
      break;
    case 1:
      rows.resize(random.below(rows.size() + 1));
      break;
    case 2:
      rows.resize(rows.size() + random.up_to(100'000), '\0');
      break;
    case 3:
      if (!rows.empty()) rows[random.below(rows.size())] = static_cast<char>(random.below(7));
      break;
    default:
      rows = mutate_bytes(std::move(rows), random);
  }
  set_rows(chunks, rows, random);
}

void change_header(std::vector<Chunk>& chunks, Random& random) {
  Chunk* header = find(chunks, "IHDR");
  if (header == nullptr || header->data.size() != 13) return;
  constexpr std::uint32_t kSizes[] = {0, 1, 2, 7, 8, 9, 33, 200, 1000, 16384, 16385, 0x7FFFFFFF};
  constexpr char kDepths[] = {0, 1, 2, 3, 4, 8, 16, 32};
  constexpr char kColours[] = {0, 1, 2, 3, 4, 5, 6, 7};
  switch (random.below(5)) {
    case 0:
    case 1: {
      std::string size;
      put_u32(random.one_in(2) ? random.pick(kSizes) : static_cast<std::uint32_t>(random.below(64)),
              size);
      header->data.replace(random.one_in(2) ? 0 : 4, 4, size);
      break;
    }
    case 2:
      header->data[8] = random.pick(kDepths);
      break;
    case 3:
      header->data[9] = random.pick(kColours);
      break;
    default:
      header->data[12] = static_cast<char>(random.below(3));
  }
}

std::string some_data(std::string_view type, Random& random) {
  // Orientation as the one entry of a directory, in either byte order.
  constexpr std::string_view kExif(
      "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26);
  if (type == "eXIf") {
    std::string exif(kExif);
    exif[19] = static_cast<char>(random.below(10));
    return random.one_in(2) ? exif : mutate_bytes(std::move(exif), random);
  }
  std::string data(random.below(random.one_in(4) ? 800 : 16), '\0');
  for (char& c : data) c = static_cast<char>(random.next());
  return data;
}

void change_chunks(std::vector<Chunk>& chunks, Random& random) {
  const std::size_t at = random.below(chunks.size());
  const auto place = chunks.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(6)) {
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
      chunks[at].data = mutate_bytes(chunks[at].data, random);
      break;
    case 4:
      chunks[at].type = random.pick(kTypes);
      break;
    default: {
      const std::string type(random.pick(kTypes));
      chunks.insert(place, {type, some_data(type, random)});
    }
  }
}

}  // namespace

std::string mutate_png(std::string_view file, Random& random) {
  std::vector<Chunk> chunks = parse(file);
  if (chunks.empty()) return mutate_bytes(std::string(file), random);
  switch (random.below(4)) {
    case 0:
      change_header(chunks, random);
      break;
    case 1:
      change_rows(chunks, random);
      break;
    default:
      change_chunks(chunks, random);
  }
  std::string out = write(chunks, random);
  if (random.one_in(40)) out.resize(random.below(out.size()));
  return out;
}

}  // namespace arges::fuzz
