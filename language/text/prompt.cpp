// SPDX-License-Identifier: Apache-2.0
#include "language/text/prompt.h"

#include <algorithm>
#include <array>

#include "kernels/base/quote_name.h"
#include "language/text/prompt_families.h"

namespace arges::language {
namespace {

struct KnownFamily {
  std::string_view name;
  bool images;
  PromptFamilyResult (*make)(PromptVocabulary);
};

constexpr std::array<KnownFamily, 4> kFamilies{{{"text-01", false, make_text01_prompt},
                                                {"vl-01", true, make_vl01_prompt},
                                                {"m1", false, make_m1_prompt},
                                                {"pocket", true, make_pocket_prompt}}};

}  // namespace

Result<PromptTokens> PromptFamily::message(const PromptMessage& message,
                                           const StopCheck& stop) const {
  ARGES_ASSIGN_OR_RETURN(PromptEncoding encoding, begin_message(message));
  PromptTokens tokens;
  ARGES_RETURN_IF_ERROR(encoding.encode_rest(stop, tokens));
  return tokens;
}

bool is_prompt_family(std::string_view name) {
  return std::any_of(kFamilies.begin(), kFamilies.end(),
                     [&](const KnownFamily& family) { return family.name == name; });
}

Result<std::unique_ptr<PromptFamily>> make_prompt_family(std::string_view name,
                                                         std::shared_ptr<const Tokenizer> tokenizer,
                                                         std::optional<TokenId> image_token_id,
                                                         const TextLimits& limits) {
  for (const KnownFamily& family : kFamilies) {
    if (family.name != name) continue;
    ARGES_ASSIGN_OR_RETURN(
        auto vocabulary,
        PromptVocabulary::create(std::move(tokenizer), family.images, image_token_id, limits));
    return family.make(std::move(vocabulary));
  }
  return invalid_argument("There is no prompt family " + quote_name(name) +
                          "; use text-01, vl-01, m1 or pocket.");
}

}  // namespace arges::language
