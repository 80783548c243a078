// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/json_walk.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

using nlohmann::json;

constexpr std::uint64_t kEventsBetweenStopChecks = 1 << 14;

// Adapts the parser's events: checks depth and keys, and keeps the first failure.
class Adapter final : public nlohmann::json_sax<json> {
 public:
  Adapter(std::string_view what, const JsonLimits& limits, JsonVisitor& visitor,
          const StopCheck& stop)
      : what_(what), limits_(limits), visitor_(visitor), stop_(stop) {}

  Status status() const { return status_; }

  bool null() override { return keep(visitor_.other_value()); }
  bool boolean(bool) override { return keep(visitor_.other_value()); }
  bool number_integer(std::int64_t) override { return keep(visitor_.other_value()); }
  bool number_unsigned(std::uint64_t value) override {
    return keep(visitor_.unsigned_number(value));
  }
  bool number_float(double, const std::string&) override { return keep(visitor_.other_value()); }
  bool string(std::string& value) override { return keep(visitor_.text(value)); }
  bool binary(json::binary_t&) override { return fail("holds binary data"); }
  bool start_object(std::size_t) override { return enter() && keep(visitor_.open_object()); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter() && keep(visitor_.open_array()); }
  bool end_array() override { return leave(); }

  bool key(std::string& name) override {
    auto& keys = open_.back();
    if (keys.size() >= limits_.keys_per_object) return fail("has too many keys in one object");
    if (!keys.insert(name).second) return fail("gives the key " + quote_name(name) + " twice");
    return keep(visitor_.key(name));
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail("is not valid JSON near byte " + std::to_string(position));
  }

 private:
  bool enter() {
    open_.emplace_back();
    return static_cast<int>(open_.size()) <= limits_.depth || fail("is nested too deeply");
  }
  bool leave() {
    open_.pop_back();
    return keep(visitor_.close());
  }
  bool fail(const std::string& problem) {
    return keep(model_invalid(std::string(what_) + " " + problem));
  }
  bool keep(Status status) {
    if (status_.ok()) status_ = std::move(status);
    if (status_.ok() && ++events_ % kEventsBetweenStopChecks == 0) status_ = stop_();
    return status_.ok();
  }

  std::string_view what_;
  const JsonLimits& limits_;
  JsonVisitor& visitor_;
  const StopCheck& stop_;
  std::uint64_t events_ = 0;
  // The keys of each open object. Ordered: a file may choose names that share a hash.
  std::vector<std::set<std::string>> open_;
  Status status_;
};

}  // namespace

Status walk_json(std::string_view what, std::string_view text, const JsonLimits& limits,
                 JsonVisitor& visitor, const StopCheck& stop) {
  // The parser takes a NUL for the end of the text, which would hide what follows it.
  if (text.find('\0') != std::string_view::npos) {
    return model_invalid(std::string(what) + " holds a NUL byte, so it is not JSON");
  }
  Adapter adapter(what, limits, visitor, stop);
  json::sax_parse(text.begin(), text.end(), &adapter);
  return adapter.status();
}

}  // namespace arges::sdk
