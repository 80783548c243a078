// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/honest.h"

#include "language/text/utf8.h"

namespace arges::fuzz {
namespace {

using Kind = JsonTree::Kind;

JsonTree object(std::vector<JsonTree> members) {
  return {Kind::kObject, {}, std::move(members), {}};
}

JsonTree member(std::string key, JsonTree value) {
  value.key = std::move(key);
  return value;
}

bool is_printable(unsigned byte) {
  return (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
}

// GPT-2's names: printable bytes name themselves, the others 256 and on.
std::string name_of_byte(unsigned byte) {
  std::uint32_t code_point = byte;
  if (!is_printable(byte)) {
    code_point = 256;
    for (unsigned other = 0; other < byte; ++other) code_point += is_printable(other) ? 0 : 1;
  }
  std::string name;
  language::append_utf8(code_point, name);
  return name;
}

JsonTree vocabulary() {
  JsonTree vocab = JsonTree::container(Kind::kObject);
  const auto add = [&](const std::string& name) {
    vocab.members.push_back(member(name, JsonTree::literal(std::to_string(vocab.members.size()))));
  };
  for (unsigned byte = 0; byte < 256; ++byte) add(name_of_byte(byte));
  for (const char* merged : {"\xC4\xA0t", "he", "\xC4\xA0the"}) add(merged);
  return member("vocab", std::move(vocab));
}

}  // namespace

JsonTree honest_tokenizer_json(const std::string& pattern) {
  const auto rest = parse_tree(
      R"({"pre_tokenizer":{"type":"Sequence","pretokenizers":[
            {"type":"Split","pattern":{"Regex":""},"behavior":"Isolated","invert":false},
            {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]},
          "added_tokens":[{"id":300,"content":"<image>","special":true}],
          "model":{"type":"BPE","merges":["Ġ t","h e","Ġt he"]}})");
  JsonTree tree = *rest;
  tree.members[0].members[1].members[0].members[1].members[0].text = pattern;
  tree.members[2].members.push_back(vocabulary());
  return tree;
}

std::string honest_config(Random& random) {
  const std::string head =
      R"("vocab_size":32,"hidden_size":8,"num_attention_heads":2,"num_key_value_heads":1,)"
      R"("intermediate_size":16,"num_local_experts":2,"num_experts_per_tok":1,)"
      R"("max_position_embeddings":64,"num_hidden_layers":2,"head_dim":4)";
  const std::string m1 = R"({"model_type":"minimax_m1",)" + head + R"(,"attn_type_list":[0,1]})";
  const std::string native =
      R"({"model_type":"minimax",)" + head +
      R"(,"rope_parameters":{"rope_type":"default","partial_rotary_factor":0.5}})";
  const std::string vl =
      R"({"model_type":"minimax_vl_01","text_config":)" + m1 +
      R"(,"vision_config":{"image_size":28,"patch_size":14,"hidden_size":8,)"
      R"("num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":16,)"
      R"("hidden_act":"gelu"},"image_grid_pinpoints":[[28,56],[56,56]],"image_token_index":25})";
  const std::string* const kinds[] = {&m1, &native, &vl};
  return *random.pick(kinds);
}

}  // namespace arges::fuzz
