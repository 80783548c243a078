// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace arges::fuzz {

// A few places for handles of one kind, with what is known of each. A handle that was given back
// stays in its place, so that calls meet it.
template <typename Handle, typename Facts>
class Slots {
 public:
  std::size_t place(std::uint8_t choice) const { return choice % kCount; }
  // The place for an out pointer; what lay there must have been given back.
  Handle*& at(std::uint8_t choice) { return places_[place(choice)].handle; }
  Facts& facts(std::uint8_t choice) { return places_[place(choice)].facts; }
  const Facts& facts(std::uint8_t choice) const { return places_[place(choice)].facts; }
  bool alive(std::uint8_t choice) const {
    return !is_special(choice) && places_[place(choice)].alive;
  }
  void set_alive(std::uint8_t choice, bool alive) { places_[place(choice)].alive = alive; }
  // Whether a new handle can lie there.
  bool is_free(std::uint8_t choice) const { return !is_special(choice) && !alive(choice); }
  // High choices are no handle at all, or a made-up one: numbers below the first that is given out
  // and far above.
  Handle* get(std::uint8_t choice) const {
    if (choice >= 0xF8) return nullptr;
    const int shift = choice % 2 == 0 ? 8 : 40;
    if (is_special(choice)) return reinterpret_cast<Handle*>(std::uintptr_t{choice} << shift | 1);
    return places_[place(choice)].handle;
  }
  static bool is_special(std::uint8_t choice) { return choice >= 0xF0; }

  static constexpr std::size_t kCount = 3;

 private:
  struct Place {
    Handle* handle = nullptr;
    bool alive = false;
    Facts facts{};
  };
  std::array<Place, kCount> places_{};
};

}  // namespace arges::fuzz
