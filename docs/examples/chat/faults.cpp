// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "faults.hpp"

#include <aramid/random.hpp>

namespace chat {
namespace {

/// A number in [0, 1) that depends on all of its arguments.
double chance(std::uint64_t seed, std::string_view what, std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t hash = aramid::SplitMix64::mix(seed + 1);
  for (const char letter : what) hash = aramid::SplitMix64::mix(hash ^ static_cast<unsigned char>(letter));
  hash = aramid::SplitMix64::mix(hash ^ a);
  hash = aramid::SplitMix64::mix(hash + b);
  return static_cast<double>(hash >> 11U) * 0x1p-53;
}

/// Bad times come in stretches: neighbouring chats share their weather.
constexpr std::uint64_t stretch = 48;

Fate sambanova(std::uint64_t seed, std::uint64_t chat, unsigned attempt) noexcept {
  const double weather = chance(seed, "weather", chat / stretch, 0);
  const double luck = chance(seed, "sambanova", chat, attempt);
  if (weather < 0.20) return luck < 0.80 ? Fate::stall : Fate::answer;
  // Who waited as long as Retry-After said finds a new window.
  if (weather < 0.45) return luck < 0.60 && attempt == 1 ? Fate::rate_limited : Fate::answer;
  if (luck < 0.02) return Fate::stall;
  return luck < 0.03 ? Fate::rate_limited : Fate::answer;
}

Fate hf(std::uint64_t seed, std::uint64_t chat, unsigned attempt) noexcept {
  const double luck = chance(seed, "hf", chat, attempt);
  if (luck < 0.15) return Fate::overloaded;
  return luck < 0.25 ? Fate::drop : Fate::answer;
}

}  // namespace

Fate fate_of(std::uint64_t seed, std::string_view provider, std::uint64_t chat, unsigned attempt) noexcept {
  if (provider == "sambanova") return sambanova(seed, chat, attempt);
  if (provider == "hf") return hf(seed, chat, attempt);
  return Fate::answer;
}

}  // namespace chat
