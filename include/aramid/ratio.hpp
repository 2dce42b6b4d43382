// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/ratio.hpp: an exact fraction, as a setting or between angle brackets.
//
//   percent(20)          per_mille(999)          Ratio{1, 10'000}
//
// Cost: none. Thread-safety: a value.
#pragma once

#include <aramid/config.hpp>

#include <concepts>     // integral, same_as
#include <cstdint>      // int64_t
#include <string>       // string, to_string
#include <type_traits>  // remove_cv_t

ARAMID_BEGIN

struct Ratio {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;

  friend constexpr bool operator==(const Ratio&, const Ratio&) = default;
};
[[nodiscard]] constexpr Ratio percent(std::int64_t n) noexcept { return {n, 100}; }
[[nodiscard]] constexpr Ratio per_mille(std::int64_t n) noexcept { return {n, 1000}; }

[[nodiscard]] inline std::string to_text(Ratio share) {
  if (share.numerator * 100 % share.denominator == 0) {
    return std::to_string(share.numerator * 100 / share.denominator) + " %";
  }
  return std::to_string(share.numerator) + "/" + std::to_string(share.denominator);
}

namespace detail {

/// A template argument that is a percentage or a Ratio.
template <auto Share>
[[nodiscard]] consteval Ratio ratio_of() noexcept {
  if constexpr (std::integral<decltype(Share)>) {
    return percent(static_cast<std::int64_t>(Share));
  } else if constexpr (std::same_as<std::remove_cv_t<decltype(Share)>, Ratio>) {
    return Share;
  } else {
    return {-1, 1};  // refused wherever it is checked
  }
}

}  // namespace detail

ARAMID_END
