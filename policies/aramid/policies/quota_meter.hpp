// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/quota_meter.hpp: what the algorithm of a limiter is made of.
//
// An algorithm is a type with a Meter, which measures one quota. The limiter has a meter for each
// quota; it queues callers, obeys the server and keeps the lock, so that a meter knows amounts and instants only:
//
//   struct Unlimited {
//     struct Meter {
//       void start(const Quota<>& quota, std::int64_t most) noexcept;    // once, before anything else; `most`:
//                                                                        // admissions in a window, at most
//       Quota<> quota() const noexcept;
//       std::int64_t capacity() const noexcept;                          // the most that one call may take
//       void expire(Instant now) noexcept;                               // before each question about `now`
//       bool fits(std::int64_t amount, Instant now) const noexcept;      // amount >= 0
//       bool take(Ticket& ticket, std::int64_t amount, Instant now) noexcept;
//       void correct(Ticket ticket, std::int64_t taken, std::int64_t used, Instant now) noexcept;
//       std::int64_t used(Instant now) const noexcept;
//       Instant resets(Instant now) const noexcept;                      // when nothing of it is used any more
//       void set_limit(std::int64_t limit, Instant now) noexcept;        // what is used stays, as a number
//       void rescale(std::int64_t limit, Instant now) noexcept;          // what is used stays, as a fraction
//       struct Forecast {
//         Instant earliest(std::int64_t amount, Instant from) noexcept;  // if nobody else comes
//         void take(std::int64_t amount, Instant at, const QuotaClaim& claim) noexcept;
//       };
//       Forecast forecast() const noexcept;
//     };
//   };
//
// A ticket is what `correct` needs to find the reservation again: it replaces the `taken` units by `used`, once.
// `correct` with `now` = Instant::min() comes from a call that was dropped, when nobody could tell the time.
// A meter in which the same room comes back later, never sooner, than it promised keeps the quota; one that
// gives it back sooner must say by how much. All calls are made under the limiter's lock, unless the meter says
// `static constexpr bool lock_free = true`: then `take`, `fits` and `correct` come from many threads at once,
// `take` may refuse although `fits` has just agreed, and `std::int64_t since(Ticket) const noexcept` says how
// many units have been taken after a reservation, at most. A meter whose tickets mean nothing after `set_limit`
// says `static constexpr bool limit_ends_tickets = true`: those from before then give nothing back. One that keeps
// something for each admission may have `void make_room(std::int64_t most) noexcept`: `most` as in `start`, told
// whenever limits have changed.
#pragma once

#include <aramid/policies/quota.hpp>
#include <aramid/policies/wait_line.hpp>

#include <concepts>  // same_as, default_initializable

ARAMID_BEGIN

/// What finds a reservation again; each meter has its own idea of it.
using Ticket = std::int64_t;

/// A call that waits, as a forecast sees it. Those that a forecast has taken have been planned.
struct QuotaClaim : detail::Waiter {
  const Cost* cost = nullptr;
  Instant planned{};

  [[nodiscard]] const QuotaClaim* behind() const noexcept { return static_cast<const QuotaClaim*>(next); }
};

template <class M>
concept QuotaMeter =
    std::default_initializable<M> && requires(M& m, const M& c, Ticket ticket, std::int64_t n, Instant now,
                                              const QuotaClaim& claim, typename M::Forecast& forecast) {
      m.start(Quota<>{}, n);
      { c.quota() } noexcept -> std::convertible_to<Quota<>>;
      { c.capacity() } noexcept -> std::same_as<std::int64_t>;
      { m.expire(now) } noexcept;
      { c.fits(n, now) } noexcept -> std::same_as<bool>;
      { m.take(ticket, n, now) } noexcept -> std::same_as<bool>;
      { m.correct(ticket, n, n, now) } noexcept;
      { c.used(now) } noexcept -> std::same_as<std::int64_t>;
      { c.resets(now) } noexcept -> std::same_as<Instant>;
      { m.set_limit(n, now) } noexcept;
      { m.rescale(n, now) } noexcept;
      { c.forecast() } noexcept -> std::same_as<typename M::Forecast>;
      { forecast.earliest(n, now) } noexcept -> std::same_as<Instant>;
      { forecast.take(n, now, claim) } noexcept;
    };

/// What may stand first in `Limiter<...>`.
template <class A>
concept LimiterAlgorithm = QuotaMeter<typename A::Meter>;

namespace detail {

template <class M>
inline constexpr bool lock_free_v = false;
template <class M>
  requires requires { M::lock_free; }
inline constexpr bool lock_free_v<M> = M::lock_free;

/// `value * part / whole` for value, part >= 0 and whole > 0: rounded up, sticking at the largest number.
[[nodiscard]] constexpr std::int64_t fraction(std::int64_t value, std::int64_t part,
                                              std::int64_t whole) noexcept {
  constexpr std::int64_t small = std::int64_t{1} << 31;
  if (value < small && part < small) return value * part / whole + (value * part % whole != 0 ? 1 : 0);
  // Long multiplication and division at once, from the highest bit of `part` down: `rest` stays below `whole`.
  const std::int64_t times = aramid::saturating_mul(Duration{value / whole}, part).count();
  const auto divisor = static_cast<std::uint64_t>(whole);
  std::uint64_t quotient = 0;
  std::uint64_t rest = 0;
  const auto add = [&](std::uint64_t more) {
    rest += more;
    if (rest < divisor) return;
    rest -= divisor;
    ++quotient;
  };
  for (int bit = 62; bit >= 0; --bit) {
    quotient *= 2;
    add(rest);
    if (((part >> bit) & 1) != 0) add(static_cast<std::uint64_t>(value % whole));
  }
  const auto rounded_up = static_cast<std::int64_t>(quotient + (rest != 0 ? 1 : 0));
  return saturating_add(Duration{times}, Duration{rounded_up}).count();
}

}  // namespace detail

ARAMID_END
