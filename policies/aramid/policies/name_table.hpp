// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/name_table.hpp: names in the order in which they were first met, each with a number.
//
// Cost: for the first name one load and one comparison of addresses, for further ones a search. Memory: a pointer a
// name. Thread-safety: lock-free.
#pragma once

#include <aramid/name.hpp>

#include <atomic>   // atomic
#include <cstddef>  // size_t

ARAMID_BEGIN

/// As many as Telemetry tells apart; "other" comes on top.
inline constexpr std::size_t most_named_providers = 16;
inline constexpr std::size_t most_named_policies = 8;

namespace detail {

template <std::size_t Max>
class NameTable {
 public:
  /// 0 to Max - 1, or Max for one that finds no place.
  [[nodiscard]] ARAMID_INLINE std::size_t number_of(Name name) noexcept {
    if (names_[0].load(std::memory_order_acquire) == name.c_str()) [[likely]]
      return 0;
    return search(name);
  }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    while (count < Max && names_[count].load(std::memory_order_acquire) != nullptr) ++count;
    return count;
  }
  /// "other" from `size()` on.
  [[nodiscard]] Name at(std::size_t number) const noexcept {
    const char* known = number < Max ? names_[number].load(std::memory_order_acquire) : nullptr;
    return known != nullptr ? Name{known} : Name{"other"};
  }

 private:
  ARAMID_COLD std::size_t search(Name name) noexcept {
    for (std::size_t i = 0; i < Max; ++i) {
      const char* known = names_[i].load(std::memory_order_acquire);
      if (known == nullptr &&
          names_[i].compare_exchange_strong(known, name.c_str(), std::memory_order_acq_rel)) {
        return i;
      }
      if (Name{known} == name) return i;
    }
    return Max;
  }

  std::atomic<const char*> names_[Max]{};
};

}  // namespace detail

ARAMID_END
