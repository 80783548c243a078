// SPDX-License-Identifier: Apache-2.0
// Changes tokenizer.json as JSON, its patterns as regular expressions, and the text.
#include "tests/fuzz/mutators/honest.h"
#include "tests/fuzz/mutators/json.h"
#include "tests/fuzz/mutators/mutator.h"
#include "tests/fuzz/mutators/pattern.h"
#include "tests/fuzz/mutators/text.h"
#include "tests/fuzz/support/parts.h"

namespace arges::fuzz {
namespace {

constexpr std::string_view kWords[] = {"model",
                                       "type",
                                       "BPE",
                                       "Unigram",
                                       "vocab",
                                       "merges",
                                       "added_tokens",
                                       "id",
                                       "content",
                                       "special",
                                       "single_word",
                                       "lstrip",
                                       "normalized",
                                       "normalizer",
                                       "normalizers",
                                       "Sequence",
                                       "pre_tokenizer",
                                       "pretokenizers",
                                       "Split",
                                       "pattern",
                                       "Regex",
                                       "String",
                                       "behavior",
                                       "Isolated",
                                       "Removed",
                                       "MergedWithPrevious",
                                       "invert",
                                       "ByteLevel",
                                       "add_prefix_space",
                                       "use_regex",
                                       "trim_offsets",
                                       "ignore_merges",
                                       "dropout",
                                       "unk_token",
                                       "continuing_subword_prefix",
                                       "end_of_word_suffix",
                                       "fuse_unk",
                                       "byte_fallback",
                                       "decoder",
                                       "post_processor",
                                       "a",
                                       "b",
                                       "a b",
                                       "\xC4\xA0",
                                       "\xC4\xA0t h",
                                       "<end_of_sentence>",
                                       "<image>"};

// A list or object of hundreds of members says little about the door that the first few do not:
// half of the changes spare the vocabulary.
JsonTree* member(JsonTree& tree, std::string_view key) {
  for (JsonTree& member : tree.members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

void change_pattern(JsonTree& tree, Random& random) {
  std::vector<JsonTree*> patterns;
  for (JsonTree* node : nodes_of(tree)) {
    JsonTree* regex = member(*node, "Regex");
    if (regex != nullptr && regex->kind == JsonTree::Kind::kText) patterns.push_back(regex);
  }
  if (patterns.empty()) return;
  std::string& pattern = random.pick(patterns)->text;
  pattern = mutate_pattern(std::move(pattern), random);
}

void change_part(JsonTree& tree, Random& random) {
  constexpr std::string_view kParts[] = {"pre_tokenizer", "added_tokens", "normalizer"};
  JsonTree* part = member(tree, random.pick(kParts));
  mutate_tree(part == nullptr ? tree : *part, kWords, random);
}

std::string change_file(std::string_view file, Random& random) {
  constexpr char kWordPattern[] = R"(\s?\p{L}+|\p{N}{1,3}|[^\s\p{L}\p{N}]+|\s+)";
  if (random.one_in(4)) {
    return write_tree(honest_tokenizer_json(mutate_pattern(kWordPattern, random)));
  }
  auto tree = random.one_in(40) ? std::nullopt : parse_tree(file);
  if (!tree) return mutate_bytes(std::string(file), random);
  switch (random.below(4)) {
    case 0:
      mutate_tree(*tree, kWords, random);
      break;
    case 1:
      change_part(*tree, random);
      break;
    default:
      change_pattern(*tree, random);
  }
  return write_tree(*tree);
}

// An item that may read a run to its end and one that is not there, so that a match is tried from
// every place of the run. The target makes the run, long where the input's length is a multiple of
// 16 (see there).
std::vector<std::string> run_and_pattern(Random& random) {
  std::vector<std::string> parts{write_tree(honest_tokenizer_json(pattern_that_reads_far(random))),
                                 std::string(some_character(random))};
  while (join_parts(parts).size() % 16 != 0) parts[1] += 'a';
  return parts;
}

}  // namespace

std::string mutate_input(std::string_view input, std::size_t, Random& random) {
  if (random.one_in(16)) return join_parts(run_and_pattern(random));
  std::vector<std::string> parts;
  for (const std::string_view one : split_parts(input)) parts.emplace_back(one);
  parts.resize(2);
  if (random.one_in(4)) {
    parts[1] = mutate_text(parts[1], kWords, random);
  } else {
    parts[0] = change_file(parts[0], random);
  }
  return join_parts(parts);
}

}  // namespace arges::fuzz
