// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/route.hpp: which candidate is asked next. Sans-I/O, so that every driver can run it.
//
// A routing is a type with
//   template <std::size_t Max> struct State;               shared by all calls, of up to Max candidates
//   template <std::size_t Max> struct Order;               of one call
//   begin(State&, Order&, View& view)                      puts the candidates in the order in which to ask them;
//                                                          with a const State it only looks: for available()
//   at(const Order&, std::size_t i)                        the i-th of them
//   asked(State&, std::size_t candidate)                   it is about to be asked
//   report(State&, candidate, const Error* failure, Duration took, Instant now)     how that went
//   static constexpr bool reads_time                       whether it wants `now` and `took`
// and, where they are not false and 0,
//   static constexpr bool reads_request                    whether the order hangs on the request
//   static constexpr std::size_t candidates                the only number of candidates that it can order
// A View answers size(), facts(i), headroom(i), name(i), random(), now() and request(); random() is 0 for who only
// looks. All are noexcept.
// <aramid/routing/...> has the routings; most of them only rank by a score (<aramid/ranking.hpp>).
#pragma once

#include <aramid/error.hpp>

#include <cstddef>  // size_t

ARAMID_BEGIN

/// What a combinator takes as its first argument.
template <class R>
concept RoutingType = requires {
  typename R::template State<1>;
  typename R::template Order<1>;
  { R::reads_time } -> std::convertible_to<bool>;
};

/// Whether a routing's order hangs on the request.
template <class R>
inline constexpr bool reads_request_v = false;
template <class R>
  requires requires { R::reads_request; }
inline constexpr bool reads_request_v<R> = R::reads_request;

/// The only number of candidates that a routing can order; 0: any.
template <class R>
inline constexpr std::size_t fixed_candidates_v = 0;
template <class R>
  requires requires { R::candidates; }
inline constexpr std::size_t fixed_candidates_v<R> = R::candidates;

/// The candidates in the order in which they are written.
struct Priority {
  static constexpr Name name = "Priority";
  static constexpr bool reads_time = false;
  template <std::size_t>
  struct State {};
  template <std::size_t>
  struct Order {};

  template <std::size_t Max, class View>
  static void begin(const State<Max>&, Order<Max>&, View&) noexcept {}
  template <std::size_t Max>
  [[nodiscard]] static std::size_t at(const Order<Max>&, std::size_t i) noexcept {
    return i;
  }
  template <std::size_t Max>
  static void asked(State<Max>&, std::size_t) noexcept {}
  template <std::size_t Max>
  static void report(State<Max>&, std::size_t, const Error*, Duration, Instant) noexcept {}
};

/// For combinators that make several attempts at one call: all go where the client sends them.
struct SameProvider {
  static constexpr std::size_t step = 0;
};
/// Each further attempt begins at the next choice of the combinator inside.
struct NextProvider {
  static constexpr std::size_t step = 1;
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

/// Whether `error` is worth more to the caller than `kept`, which came before it. Of two rate limits, quotas or
/// refusals the sooner one is; of anything else the later one.
[[nodiscard]] inline bool more_informative(const Error& error, const Error& kept) noexcept {
  const int a = informative(error.fault);
  const int b = informative(kept.fault);
  if (a != b) return a > b;
  const bool passes_by_itself = error.fault == Fault::rate_limited || error.fault == Fault::quota_exhausted ||
                                refused_here(error.fault);
  if (!passes_by_itself) return true;
  if (error.retry_after && kept.retry_after) return *error.retry_after < *kept.retry_after;
  return !kept.retry_after || error.retry_after.has_value();
}

ARAMID_END
