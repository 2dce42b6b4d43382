// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/route.hpp: which candidate is asked next. Sans-I/O, so that every driver can run it.
//
// A routing is a type with
//   struct State;                                   shared by all calls
//   struct Order { ... };                           of one call
//   void begin(State&, Order&, std::size_t count)   puts the candidates in the order in which to ask them
//   std::size_t at(const Order&, std::size_t i)     the i-th of them
//   void report(State&, std::size_t candidate, const Error* failure, Instant now)
#pragma once

#include <aramid/error.hpp>

#include <cstddef>  // size_t

ARAMID_BEGIN

/// What a combinator takes as its first argument.
template <class R>
concept RoutingType = requires {
  typename R::State;
  typename R::Order;
};

namespace detail {

template <class R>
struct StateOf {
  struct type {};
};
template <RoutingType R>
struct StateOf<R> {
  using type = typename R::State;
};

}  // namespace detail

/// The candidates in the order in which they are written.
struct Priority {
  static constexpr Name name = "Priority";
  struct State {};
  struct Order {};
  static void begin(State&, Order&, std::size_t) noexcept {}
  [[nodiscard]] static std::size_t at(const Order&, std::size_t i) noexcept { return i; }
  static void report(State&, std::size_t, const Error*) noexcept {}
};

/// How much an error tells the caller when all candidates failed; the highest is returned. The caller's own
/// mistake first, then what needs a person, then what passes; of two alike, the later one.
[[nodiscard]] constexpr int informative(Fault fault) noexcept {
  switch (fault) {
    case Fault::cancelled:
      return 9;
    case Fault::interrupted:
      return 8;
    case Fault::invalid_request:
    case Fault::context_length:
    case Fault::content_filtered:
    case Fault::conflict:
      return 7;
    case Fault::unauthorized:
    case Fault::not_found:
    case Fault::request_too_large:
      return 6;
    case Fault::quota_exhausted:
      return 5;
    case Fault::rate_limited:
      return 4;
    case Fault::deadline_exceeded:
      return 3;
    case Fault::circuit_open:
    case Fault::throttled:
    case Fault::saturated:
      return 1;
    default:
      return 2;
  }
}

/// Whether `error` is worth more to the caller than `kept`. Of two rate limits the sooner one is.
[[nodiscard]] inline bool more_informative(const Error& error, const Error& kept) noexcept {
  const int a = informative(error.fault);
  const int b = informative(kept.fault);
  if (a != b) return a > b;
  if (error.retry_after && kept.retry_after) return *error.retry_after < *kept.retry_after;
  return !kept.retry_after || error.retry_after.has_value();
}

/// Whether another candidate may be asked after `error`.
[[nodiscard]] inline bool may_go_elsewhere(const Error& error) noexcept {
  const Elsewhere elsewhere = ruling(error).elsewhere;
  return elsewhere == Elsewhere::yes || elsewhere == Elsewhere::at_once;
}

ARAMID_END
