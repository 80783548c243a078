// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/guarded.h"
#include "kernels/base/quote_name.h"
#include "language/text/bpe_files.h"
#include "language/text/byte_level_bpe.h"
#include "language/text/json_document.h"
#include "language/text/pattern_dialect.h"

namespace arges::language {
namespace {

using nlohmann::json;

std::string type_of(const json& object) {
  const json* type = find_member(object, "type");
  return type != nullptr && type->is_string() ? type->get<std::string>() : std::string();
}

// The library's own comparison with a text takes memory, and ends the process without.
bool is_text(const json& value, std::string_view text) {
  return value.is_string() && value.get_ref<const std::string&>() == text;
}

bool flag(const json& object, const char* key, bool otherwise) {
  const json* value = find_member(object, key);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}

Status check_normalizer(const json& root) {
  const json* normalizer = find_member(root, "normalizer");
  if (normalizer == nullptr) return {};
  const json* list = find_member(*normalizer, "normalizers");
  if (list != nullptr && list->is_array() && list->empty()) return {};
  return unsupported("The tokenizer's normalizer " + quote_name(type_of(*normalizer)) +
                     " is not supported; only tokenizers that leave the text as it is are.");
}

// Options of the model that would change what merging does.
Status check_model_options(const json& model) {
  if (type_of(model) != "BPE") {
    return unsupported("The tokenizer's model type " + quote_name(type_of(model)) +
                       " is not supported; it must be BPE.");
  }
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const json* value = find_member(model, key);
    if (value != nullptr && !is_text(*value, "")) {
      return unsupported("The tokenizer's option " + quote_name(key) + " is not supported.");
    }
  }
  const json* dropout = find_member(model, "dropout");
  if (dropout == nullptr || (dropout->is_number() && dropout->get<double>() == 0)) return {};
  return unsupported("The tokenizer's option \"dropout\" is not supported.");
}

Status read_split(const json& stage, std::vector<std::string>& patterns) {
  const json* pattern = find_member(stage, "pattern");
  const json* regex = pattern == nullptr ? nullptr : find_member(*pattern, "Regex");
  const json* behavior = find_member(stage, "behavior");
  if (regex == nullptr || !regex->is_string() || behavior == nullptr) {
    return unsupported("A Split pre-tokenizer must have a Regex pattern and a behavior.");
  }
  // Removed and inverted keeps the matches; a pattern that covers all text leaves nothing else.
  const bool inverted = flag(stage, "invert", false);
  if (!is_text(*behavior, inverted ? "Removed" : "Isolated")) {
    return unsupported("The Split pre-tokenizer's behavior is not supported; it must be Isolated.");
  }
  patterns.push_back(regex->get<std::string>());
  return {};
}

Status read_byte_level(const json& stage, std::vector<std::string>& patterns) {
  if (flag(stage, "add_prefix_space", true)) {
    return unsupported("A ByteLevel pre-tokenizer with add_prefix_space is not supported.");
  }
  if (flag(stage, "use_regex", true)) patterns.emplace_back(kByteLevelPattern);
  return {};
}

// The stages in order: any number of Splits, then one ByteLevel.
Result<std::vector<std::string>> read_pre_tokenizer(const json& root) {
  const json* pre = find_member(root, "pre_tokenizer");
  if (pre == nullptr) return unsupported("tokenizer.json has no pre-tokenizer.");
  std::vector<const json*> stages = {pre};
  if (type_of(*pre) == "Sequence") {
    const json* list = find_member(*pre, "pretokenizers");
    if (list == nullptr || !list->is_array()) {
      return model_invalid("The pre-tokenizer sequence of tokenizer.json is not a list.");
    }
    stages.clear();
    for (const json& stage : *list) stages.push_back(&stage);
  }
  std::vector<std::string> patterns;
  bool byte_level = false;
  for (const json* stage : stages) {
    const std::string type = type_of(*stage);
    if (byte_level || (type != "Split" && type != "ByteLevel")) {
      return unsupported("The pre-tokenizer stage " + quote_name(type) + " is not supported here.");
    }
    byte_level = type == "ByteLevel";
    ARGES_RETURN_IF_ERROR(byte_level ? read_byte_level(*stage, patterns)
                                     : read_split(*stage, patterns));
  }
  if (!byte_level) return unsupported("The pre-tokenizer of tokenizer.json is not byte-level.");
  return patterns;
}

Status read_added_tokens(const json& root, Vocabulary& vocabulary) {
  const json* added = find_member(root, "added_tokens");
  if (added == nullptr) return {};
  if (!added->is_array()) return model_invalid("tokenizer.json's added_tokens is not a list.");
  for (const json& entry : *added) {
    const json* value = find_member(entry, "id");
    const auto id = value == nullptr ? std::nullopt : whole_number(*value);
    if (!id) return model_invalid("An added token of tokenizer.json has no whole number as id.");
    ARGES_RETURN_IF_ERROR(read_added_token(*id, entry, vocabulary));
  }
  return {};
}

Status read_merge(const json& entry, MergeList& merges) {
  if (entry.is_string()) return read_merge_line(entry.get_ref<const std::string&>(), merges);
  if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_string()) {
    return model_invalid("A merge of tokenizer.json is neither \"a b\" nor [\"a\", \"b\"].");
  }
  return read_merge_pair(entry[0].get_ref<const std::string&>(),
                         entry[1].get_ref<const std::string&>(), merges);
}

Result<MergeList> read_merges(const json& model, const TextLimits& limits) {
  const json* list = find_member(model, "merges");
  if (list == nullptr || !list->is_array()) {
    return model_invalid("tokenizer.json's model has no list of merges.");
  }
  if (list->size() > limits.max_vocabulary) {
    return model_invalid("tokenizer.json has more than " + std::to_string(limits.max_vocabulary) +
                         " merges.");
  }
  MergeList merges;
  merges.reserve(list->size());
  for (const json& entry : *list) ARGES_RETURN_IF_ERROR(read_merge(entry, merges));
  return merges;
}

LoadedTokenizer load(std::string_view tokenizer_json, const TextLimits& limits) {
  ARGES_ASSIGN_OR_RETURN(const JsonDocument document,
                         parse_json_document(tokenizer_json, "tokenizer.json", limits));
  const json& root = document.root();
  const json* model = find_member(root, "model");
  const json* vocab = model == nullptr ? nullptr : find_member(*model, "vocab");
  if (vocab == nullptr) return model_invalid("tokenizer.json has no model with a vocabulary.");
  ARGES_RETURN_IF_ERROR(check_normalizer(root));
  ARGES_RETURN_IF_ERROR(check_model_options(*model));
  BpeParts parts{Vocabulary(limits), {}, {}, flag(*model, "ignore_merges", false)};
  ARGES_ASSIGN_OR_RETURN(parts.patterns, read_pre_tokenizer(root));
  ARGES_RETURN_IF_ERROR(read_added_tokens(root, parts.vocabulary));
  ARGES_RETURN_IF_ERROR(read_vocabulary(*vocab, parts.vocabulary));
  ARGES_ASSIGN_OR_RETURN(parts.merges, read_merges(*model, limits));
  return ByteLevelBpe::create(std::move(parts), limits);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_bpe_from_tokenizer_json(std::string_view tokenizer_json,
                                                                const TextLimits& limits) {
  return guarded(StatusCode::kModelInvalid, kUnreadableTokenizer,
                 [&] { return load(tokenizer_json, limits); });
}

}  // namespace arges::language
