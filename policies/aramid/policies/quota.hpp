// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/quota.hpp: how much may be used in how long.
//
//   RPM<50>                              50 requests in 60 s
//   TPM<10'000>                          10,000 tokens in 60 s, prompts and answers together
//   InputTPM<8'000>, OutputTPM<2'000>    the two apart
//   Quota<Unit::requests, 5, 10s>        any other window, as a type
//   Quota{Unit::requests, 5, 10s}        the same as a value, for settings at run time; its type is Quota<>
#pragma once

#include <aramid/context.hpp>
#include <aramid/settings.hpp>

#include <concepts>  // convertible_to, same_as
#include <cstdint>   // int64_t

ARAMID_BEGIN

enum class Unit : std::uint8_t { requests, tokens, input_tokens, output_tokens };

[[nodiscard]] constexpr const char* to_string(Unit unit) noexcept {
  constexpr const char* names[] = {"requests", "tokens", "input tokens", "output tokens"};
  return names[static_cast<unsigned>(unit) & 3U];
}

/// One quota: `Limit` >= 1 units in `Window` > 0. What "in" means is up to the limiter's algorithm.
template <auto What = AtRunTime{}, std::int64_t Limit = 0, Span Window = Span{}>
struct Quota;

/// One quota as a value.
template <>
struct Quota<AtRunTime{}, 0, Span{}> {
  Unit unit = Unit::requests;
  std::int64_t limit = 0;
  Span window{};

  friend constexpr bool operator==(const Quota&, const Quota&) = default;
};

Quota() -> Quota<>;
Quota(Unit) -> Quota<>;
Quota(Unit, std::int64_t) -> Quota<>;
Quota(Unit, std::int64_t, Span) -> Quota<>;

template <auto What, std::int64_t Limit, Span Window>
struct Quota {
  static_assert(std::same_as<std::remove_const_t<decltype(What)>, Unit>,
                "aramid: Quota<Unit, Limit, Window>: the first argument is Unit::requests, Unit::tokens, "
                "Unit::input_tokens or Unit::output_tokens");
  static constexpr Quota<> value{What, Limit, Window};
};

namespace detail {

inline constexpr Span second = Duration{1'000'000'000};
inline constexpr Span minute = Duration{60'000'000'000};
inline constexpr Span hour = Duration{3'600'000'000'000};
inline constexpr Span day = Duration{86'400'000'000'000};

}  // namespace detail

/// Requests in 1 s, 60 s, an hour, a day.
template <std::int64_t Limit>
struct RPS : Quota<Unit::requests, Limit, detail::second> {};
template <std::int64_t Limit>
struct RPM : Quota<Unit::requests, Limit, detail::minute> {};
template <std::int64_t Limit>
struct RPH : Quota<Unit::requests, Limit, detail::hour> {};
template <std::int64_t Limit>
struct RPD : Quota<Unit::requests, Limit, detail::day> {};

/// Tokens in 60 s, a day.
template <std::int64_t Limit>
struct TPM : Quota<Unit::tokens, Limit, detail::minute> {};
template <std::int64_t Limit>
struct TPD : Quota<Unit::tokens, Limit, detail::day> {};

/// Tokens of prompts, tokens of answers, in 60 s.
template <std::int64_t Limit>
struct InputTPM : Quota<Unit::input_tokens, Limit, detail::minute> {};
template <std::int64_t Limit>
struct OutputTPM : Quota<Unit::output_tokens, Limit, detail::minute> {};

/// A type that names a quota.
template <class Q>
concept QuotaType = requires {
  { Q::value } -> std::convertible_to<Quota<>>;
};

/// Units of a quota that `cost` takes. What is not known apart counts in full on either side.
[[nodiscard]] constexpr std::int64_t amount_of(Unit unit, const Cost& cost) noexcept {
  constexpr std::int64_t none = 0;
  const std::int64_t tokens = larger(cost.tokens, none);
  switch (unit) {
    case Unit::requests:
      return larger(cost.requests, none);
    case Unit::input_tokens:
      return cost.input_tokens >= 0 ? cost.input_tokens : tokens;
    case Unit::output_tokens:
      return cost.output_tokens >= 0 ? cost.output_tokens : tokens;
    case Unit::tokens:
      break;
  }
  const Duration apart =
      saturating_add(Duration{larger(cost.input_tokens, none)}, Duration{larger(cost.output_tokens, none)});
  return larger(tokens, std::int64_t{apart.count()});
}

ARAMID_END
