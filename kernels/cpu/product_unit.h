// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "kernels/cpu/wanted_unit.h"

namespace arges::kernels::cpu {

// Code for hardware that multiplies a tile of rows with some panels, where Highway does not choose
// it.
template <typename Product>
struct ProductUnit {
  const char* name;
  std::int64_t tile_rows;         // the most rows of a product, whole row steps
  std::int64_t row_step;          // rows that take as long as one
  std::int64_t rows_at_a_time;    // that take the same weights, one tile after another, at most
  std::int64_t inputs_at_a_time;  // before another tile of rows takes the same weights
  std::int64_t (*panels_at_once)(std::int64_t rows);
  void (*multiply)(const Product& product);
  void (*end)();  // after the last of a thread's row of products
};

// Units that can be used here, the best first, and which of them is: the one that the environment
// names (wanted_unit.h), else the best.
template <typename Unit>
class UnitChoice {
 public:
  // Those of the candidates that are not null.
  UnitChoice(std::initializer_list<const Unit*> candidates) {
    for (const Unit* unit : candidates) {
      if (unit != nullptr) list_[count_++] = unit;
    }
    for (const Unit* unit : all()) {
      if (is_wanted_unit(unit->name)) named_ = unit;
    }
  }

  std::span<const Unit* const> all() const { return {list_.data(), count_}; }

  // Precondition: there is one.
  const Unit& chosen() const {
    if (const Unit* unit = chosen_.load(std::memory_order_relaxed)) return *unit;
    return named_ != nullptr ? *named_ : *all().front();
  }
  // Null: the choice above.
  void choose(const Unit* unit) { chosen_.store(unit); }

 private:
  std::array<const Unit*, 4> list_{};
  std::size_t count_ = 0;
  const Unit* named_ = nullptr;
  std::atomic<const Unit*> chosen_{nullptr};
};

}  // namespace arges::kernels::cpu
