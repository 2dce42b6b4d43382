// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/quota.hpp: how much may be used in how long.
//
//   RPM<50>        50 requests in any 60 s        TPM<10'000>     10,000 tokens in any 60 s
#pragma once

#include <aramid/duration.hpp>

#include <concepts>  // convertible_to
#include <cstdint>   // int64_t

ARAMID_BEGIN

enum class Unit : std::uint8_t { requests, tokens };

/// One quota as a value. `limit` >= 1 units in any `window` > 0.
struct Quota {
  Unit unit = Unit::requests;
  std::int64_t limit = 0;
  Span window{};

  friend constexpr bool operator==(const Quota&, const Quota&) = default;
};

namespace detail {

template <Unit What, std::int64_t Limit, Span Window>
struct FixedQuota {
  static constexpr Quota value{What, Limit, Window};
};

inline constexpr Span minute = Duration{60'000'000'000};

}  // namespace detail

/// Requests a minute, in any 60 s.
template <std::int64_t Limit>
struct RPM : detail::FixedQuota<Unit::requests, Limit, detail::minute> {};

/// Tokens a minute, in any 60 s.
template <std::int64_t Limit>
struct TPM : detail::FixedQuota<Unit::tokens, Limit, detail::minute> {};

/// A type that names a quota.
template <class Q>
concept QuotaType = requires {
  { Q::value } -> std::convertible_to<Quota>;
};

ARAMID_END
