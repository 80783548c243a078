// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutators/json_tree.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace arges::fuzz {
namespace {

using nlohmann::json;

class Builder final : public nlohmann::json_sax<json> {
 public:
  JsonTree take() { return std::move(root_); }

  bool null() override { return add(JsonTree::literal("null")); }
  bool boolean(bool value) override { return add(JsonTree::literal(value ? "true" : "false")); }
  bool number_integer(std::int64_t value) override {
    return add(JsonTree::literal(std::to_string(value)));
  }
  bool number_unsigned(std::uint64_t value) override {
    return add(JsonTree::literal(std::to_string(value)));
  }
  bool number_float(double, const std::string& spelling) override {
    return add(JsonTree::literal(spelling));
  }
  bool string(std::string& value) override { return add(JsonTree::quoted(value)); }
  bool binary(json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonTree::Kind::kObject); }
  bool start_array(std::size_t) override { return open(JsonTree::Kind::kList); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(std::string& name) override {
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  JsonTree* place(JsonTree tree) {
    if (path_.empty()) {
      root_ = std::move(tree);
      return &root_;
    }
    auto& members = path_.back()->members;
    tree.key = std::exchange(key_, {});
    members.push_back(std::move(tree));
    return &members.back();
  }
  bool add(JsonTree tree) {
    place(std::move(tree));
    return true;
  }
  // A pointer in the path stays valid: nothing joins a list while one of its members is open.
  bool open(JsonTree::Kind kind) {
    path_.push_back(place(JsonTree::container(kind)));
    return path_.size() < 200;
  }
  bool close() {
    path_.pop_back();
    return true;
  }

  JsonTree root_;
  std::vector<JsonTree*> path_;
  std::string key_;
};

void write_text(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20) {
      out += std::string("\\u00") + kDigits[byte / 16] + kDigits[byte % 16];
    } else {
      out += c;
    }
  }
  out += '"';
}

void write(const JsonTree& tree, std::string& out) {
  if (tree.kind == JsonTree::Kind::kLiteral) {
    out += tree.text;
    return;
  }
  if (tree.kind == JsonTree::Kind::kText) return write_text(tree.text, out);
  const bool is_object = tree.kind == JsonTree::Kind::kObject;
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < tree.members.size(); ++i) {
    if (i > 0) out += ',';
    if (is_object) {
      write_text(tree.members[i].key, out);
      out += ':';
    }
    write(tree.members[i], out);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

std::optional<JsonTree> parse_tree(std::string_view text) {
  Builder builder;
  if (!json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return builder.take();
}

std::string write_tree(const JsonTree& tree) {
  std::string out;
  write(tree, out);
  return out;
}

std::vector<JsonTree*> nodes_of(JsonTree& tree) {
  std::vector<JsonTree*> nodes = {&tree};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    JsonTree* const node = nodes[i];
    for (JsonTree& member : node->members) nodes.push_back(&member);
  }
  return nodes;
}

}  // namespace arges::fuzz
