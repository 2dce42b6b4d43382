// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/random.hpp: the generator behind jitter.
//
// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): eight bytes
// of state, under a nanosecond a number. Seeding a Mersenne engine costs twelve microseconds, which is why
// <random> is not used. Not for cryptography.
#pragma once

#include <aramid/config.hpp>

#include <concepts>     // integral
#include <cstdint>      // uint64_t
#include <string_view>  // string_view

ARAMID_BEGIN

class SplitMix64 {
 public:
  constexpr explicit SplitMix64(std::uint64_t seed) noexcept : state_{seed} {}

  [[nodiscard]] constexpr std::uint64_t operator()() noexcept { return mix(state_ += 0x9E3779B97F4A7C15U); }

  /// The finaliser alone: a well-mixed permutation of 64-bit numbers.
  [[nodiscard]] static constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

namespace detail {

/// FNV-1a, then mixed. Not for cryptography, and not against keys that are made to collide.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return SplitMix64::mix(hash);
}
template <std::integral Number>
[[nodiscard]] constexpr std::uint64_t hash_of(Number number) noexcept {
  return SplitMix64::mix(static_cast<std::uint64_t>(number));
}

}  // namespace detail

/// `value * part / 2^32` for a 32-bit fraction `part`, without overflow; value >= 0.
[[nodiscard]] constexpr std::int64_t scale(std::int64_t value, std::uint32_t part) noexcept {
  const auto v = static_cast<std::uint64_t>(value);
  const std::uint64_t high = (v >> 32U) * part;
  const std::uint64_t low = ((v & 0xFFFFFFFFU) * part) >> 32U;
  return static_cast<std::int64_t>(high + low);
}

ARAMID_END
