// SPDX-License-Identifier: Apache-2.0
// Changes a saved session (sdk/snapshot/README.md): turns, runs and pictures as wholes, counts that
// fit or one that does not, and nearly always a checksum that fits.
#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/base/checksum.h"
#include "tests/fuzz/mutators/mutator.h"

namespace arges::fuzz {
namespace {

constexpr std::size_t kHeader = 24;
constexpr std::size_t kChecksum = 8;

struct Picture {
  std::uint64_t begin = 0;
  std::uint64_t count = 0;
  std::uint64_t kind = 1;
  std::uint64_t height = 0;  // of pixels alone, as is the width
  std::uint64_t width = 0;
  std::string bytes;
};

struct Turn {
  std::string ids;  // 4 bytes each, as of the tail
  std::string cuts;
  std::string tail;
  std::vector<Picture> pictures;
};

struct File {
  std::string header;
  std::vector<Turn> turns;
  std::uint64_t state_turns = 0;
  std::string format;
  std::string state;
};

// Reads as far as there is something to read.
class Input {
 public:
  explicit Input(std::string_view bytes) : left_(bytes) {}
  std::string bytes(std::uint64_t count) {
    const std::string taken(left_.substr(0, std::min<std::uint64_t>(count, left_.size())));
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const std::string taken = bytes(sizeof value);
    std::memcpy(&value, taken.data(), taken.size());
    return value;
  }
  std::string run(std::uint64_t element) {
    const std::uint64_t count = number();
    return bytes(std::min<std::uint64_t>(count, left_.size()) * element);
  }
  bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

Picture parse_picture(Input& input) {
  Picture picture;
  picture.begin = input.number();
  picture.count = input.number();
  picture.kind = input.number();
  if (picture.kind == 2) {
    picture.height = input.number();
    picture.width = input.number();
  }
  picture.bytes = input.run(1);
  return picture;
}

File parse(std::string_view bytes) {
  bytes.remove_suffix(std::min(kChecksum, bytes.size()));
  Input input(bytes);
  File file;
  file.header = input.bytes(kHeader);
  file.header.resize(kHeader);
  const std::uint64_t turns = input.number();
  for (std::uint64_t i = 0; i < turns && !input.empty(); ++i) {
    Turn turn;
    turn.ids = input.run(4);
    turn.cuts = input.run(8);
    turn.tail = input.run(4);
    const std::uint64_t pictures = input.number();
    for (std::uint64_t p = 0; p < pictures && !input.empty(); ++p) {
      turn.pictures.push_back(parse_picture(input));
    }
    file.turns.push_back(std::move(turn));
  }
  file.state_turns = input.number();
  file.format = input.run(1);
  file.state = input.run(1);
  return file;
}

// Writes numbers; one of them may be another than it should be.
class Output {
 public:
  explicit Output(std::size_t wrong, Random& random) : wrong_(wrong), random_(random) {}
  void number(std::uint64_t value) {
    if (wrong_-- == 0) value = random_.one_in(2) ? random_.next() : value + random_.below(3) - 1;
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void run(const std::string& elements, std::size_t size) {
    number(elements.size() / size);
    bytes += elements;
  }

  std::string bytes;

 private:
  std::size_t wrong_;
  Random& random_;
};

std::string write(const File& file, std::size_t wrong, Random& random) {
  Output output(wrong, random);
  output.bytes = file.header;
  output.number(file.turns.size());
  for (const Turn& turn : file.turns) {
    output.run(turn.ids, 4);
    output.run(turn.cuts, 8);
    output.run(turn.tail, 4);
    output.number(turn.pictures.size());
    for (const Picture& picture : turn.pictures) {
      output.number(picture.begin);
      output.number(picture.count);
      output.number(picture.kind);
      if (picture.kind == 2) {
        output.number(picture.height);
        output.number(picture.width);
      }
      output.run(picture.bytes, 1);
    }
  }
  output.number(file.state_turns);
  if (file.state_turns > 0) {
    output.run(file.format, 1);
    output.run(file.state, 1);
  }
  Checksum sum;
  sum.add(std::as_bytes(std::span(output.bytes)));
  std::uint64_t value = sum.value();
  if (random.one_in(64)) value ^= 1;
  output.bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return output.bytes;
}

std::string id_bytes(std::uint64_t id) {
  const auto value = static_cast<std::int32_t>(id);
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string number_bytes(std::uint64_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

// A turn that fits behind the last one: it begins with what that had left.
void add_turn(File& file, Random& random) {
  Turn turn;
  if (!file.turns.empty()) turn.ids = file.turns.back().tail;
  const std::size_t before = turn.ids.size() / 4;
  if (before > 0) turn.cuts += number_bytes(before);
  const std::size_t more = 1 + random.below(5);
  for (std::size_t i = 0; i < more; ++i) turn.ids += id_bytes('a' + random.below(26));
  turn.cuts += number_bytes(before + more);
  for (std::size_t i = random.below(4); i > 0; --i) turn.tail += id_bytes(random.below(261));
  file.turns.push_back(std::move(turn));
}

// A picture of pixels behind a turn's ids, with its placeholders.
void add_picture(Turn& turn, Random& random) {
  constexpr std::uint64_t kPlaceholder = 261;
  Picture picture;
  picture.kind = 2;
  picture.height = 1 + random.below(4);
  picture.width = 1 + random.below(4);
  picture.begin = turn.ids.size() / 4;
  picture.count = picture.height + 1;
  picture.bytes.assign(picture.height * picture.width * 3, 'p');
  for (std::uint64_t i = 0; i < picture.count; ++i) turn.ids += id_bytes(kPlaceholder);
  turn.pictures.push_back(std::move(picture));
}

void change_turn(Turn& turn, Random& random) {
  std::string* const runs[] = {&turn.ids, &turn.cuts, &turn.tail};
  std::string& run = *runs[random.below(3)];
  switch (random.below(5)) {
    case 0:
      return add_picture(turn, random);
    case 1:
      if (!turn.pictures.empty()) turn.pictures.erase(turn.pictures.begin());
      return;
    case 2:
      run.resize(run.size() / 16 * 8);
      return;
    case 3:
      if (run.size() < 2048) run += run;
      return;
    default:
      run = mutate_bytes(std::move(run), random, 8);
  }
}

void change_pictures(Turn& turn, Random& random) {
  for (Picture& picture : turn.pictures) {
    std::uint64_t* const numbers[] = {&picture.begin, &picture.count, &picture.kind,
                                      &picture.height, &picture.width};
    if (random.one_in(2)) {
      *numbers[random.below(5)] += random.below(5) - 2;
    } else {
      picture.bytes = mutate_bytes(std::move(picture.bytes), random);
    }
  }
}

void change_state(File& file, Random& random) {
  switch (random.below(4)) {
    case 0:
      file.state_turns = random.below(file.turns.size() + 2);
      return;
    case 1:
      file.format = mutate_bytes(std::move(file.format), random, 8);
      return;
    default:
      file.state = mutate_bytes(std::move(file.state), random);
  }
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  File file = parse(input);
  const std::size_t turns = file.turns.size();
  switch (random.below(8)) {
    case 0:
      add_turn(file, random);
      break;
    case 1:
      if (turns > 0) file.turns.pop_back();
      break;
    case 2:
      change_state(file, random);
      break;
    case 3:
      file.state_turns = 0;
      break;
    case 4:
      if (turns > 0) change_pictures(file.turns[random.below(turns)], random);
      break;
    case 5:
      if (random.one_in(8)) file.header = mutate_bytes(std::move(file.header), random, 0);
      file.header.resize(kHeader);
      break;
    default:
      if (turns > 0) change_turn(file.turns[random.below(turns)], random);
  }
  const std::size_t wrong = random.one_in(8) ? random.below(24) : ~std::size_t{0};
  return write(file, wrong, random);
}

}  // namespace arges::fuzz
