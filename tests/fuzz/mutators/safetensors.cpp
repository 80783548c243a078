// SPDX-License-Identifier: Apache-2.0
// Changes a safetensors file: its header as JSON, offsets and length together or one alone.
#include "tests/fuzz/mutators/json.h"
#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::string_view kWords[] = {
    "dtype", "shape", "data_offsets", "__metadata__", "format",  "pt", "F32", "F16",
    "BF16",  "I64",   "U8",           "BOOL",         "F8_E4M3", "a",  "b"};
constexpr std::size_t kLengthBytes = 8;

struct File {
  std::uint64_t length = 0;  // as written
  std::string header;
  std::string data;
};

File parse(std::string_view input) {
  File file;
  if (input.size() < kLengthBytes) return file;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    file.length |= std::uint64_t{static_cast<unsigned char>(input[i])} << (8 * i);
  }
  input.remove_prefix(kLengthBytes);
  const std::size_t header = std::min<std::uint64_t>(file.length, input.size());
  file.header = input.substr(0, header);
  file.data = input.substr(header);
  return file;
}

std::string write(const File& file) {
  std::string out;
  for (std::size_t i = 0; i < kLengthBytes; ++i) out += static_cast<char>(file.length >> (8 * i));
  return out + file.header + file.data;
}

// A tensor that fits behind the others: the only kind that a strict reader accepts.
void add_tensor(File& file, Random& random) {
  auto tree = parse_tree(file.header);
  if (!tree || tree->kind != JsonTree::Kind::kObject) return;
  const std::size_t count = random.below(9);
  const std::size_t begin = file.data.size();
  const std::string offsets = std::to_string(begin) + "," + std::to_string(begin + count);
  auto tensor = parse_tree(R"({"dtype":"U8","shape":[)" + std::to_string(count) +
                           R"(],"data_offsets":[)" + offsets + "]}");
  tensor->key = "t" + std::to_string(random.below(1000));
  tree->members.push_back(std::move(*tensor));
  file.header = write_tree(*tree);
  file.data.append(count, 'x');
}

void change_data(File& file, Random& random) {
  if (random.one_in(2)) file.data.resize(random.below(file.data.size() + 9));
  if (file.data.size() < 4096 && random.one_in(2)) file.data += file.data;
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  File file = parse(input);
  switch (random.below(8)) {
    case 0:
      add_tensor(file, random);
      break;
    case 1:
      change_data(file, random);
      break;
    case 2:
      file.header.append(random.up_to(16), ' ');
      break;
    default:
      file.header = mutate_json(file.header, kWords, random);
  }
  file.length = file.header.size();
  if (random.one_in(24)) file.length = random.one_in(2) ? random.next() : file.length + 1;
  return write(file);
}

}  // namespace arges::fuzz
