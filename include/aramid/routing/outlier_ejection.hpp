// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/outlier_ejection.hpp: a candidate that keeps failing is put last for a while, and comes back
// slowly.
//
//   Failover<OutlierEjection<SuccessRate>, A, B, C>                      5 failures in a row; 30 s, 60 s ... 300 s
//   Failover<OutlierEjection<RoundRobin, 3, 10s, 120s, 20s>, A, B, C>    3; 10 s to 120 s; full share after 20 s
//
// Around another routing. An ejected candidate is asked only when all others have failed or refused, so it costs
// nothing while anybody else is well, and is still there when nobody is. After its time it returns with a share
// that grows from a tenth to the whole in `SlowStart`. Each further ejection is longer by `Base`; each `Base` of
// health takes one back.
// When to use it: routings that would go on asking a dead candidate, or run to one that has just recovered. When
// not: instead of a Breaker, which also protects the provider from the last-resort calls.
// Cost: two relaxed loads for each candidate; a random number while one returns; a clock reading unless the stack
// around it has one. Thread-safety: lock-free. Source: Envoy's outlier detection and slow start.
#pragma once

#include <aramid/error.hpp>
#include <aramid/ranking.hpp>
#include <aramid/route.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

template <class Routing, unsigned Failures = 5, Span Base = Duration{30'000'000'000},
          Span Cap = Duration{300'000'000'000}, Span SlowStart = Duration{30'000'000'000}>
struct OutlierEjection {
  static_assert(Failures >= 1, "aramid: OutlierEjection<Routing, Failures, ...>: Failures is 1 or more");
  static_assert(
      positive(Base) && Cap >= Base && SlowStart.ns >= 0,
      "aramid: OutlierEjection<Routing, Failures, Base, Cap, SlowStart>: Base is above 0, Cap not below it, "
      "SlowStart not negative");
  static constexpr Name name = Routing::name;
  static constexpr bool reads_time = true;
  static constexpr bool reads_request = reads_request_v<Routing>;
  static constexpr std::size_t candidates = fixed_candidates_v<Routing>;

  struct Record {
    std::atomic<std::int64_t> until{
        std::numeric_limits<std::int64_t>::min()};  // the end of its last ejection
    std::atomic<unsigned> failures{0};              // in a row
    std::atomic<unsigned> ejections{0};
  };
  template <std::size_t Max>
  struct State {
    typename Routing::template State<Max> inner;
    Record records[Max];
  };
  template <std::size_t Max>
  struct Order : Ranking<Max> {};

  template <class Shared, std::size_t Max, class View>
  static void begin(Shared& state, Order<Max>& order, View& view) noexcept {
    typename Routing::template Order<Max> wanted;
    Routing::begin(state.inner, wanted, view);
    std::size_t place = 0;
    std::int64_t places[Max];
    for (; place < view.size(); ++place) {
      places[Routing::at(wanted, place)] = static_cast<std::int64_t>(place);
    }
    order.rank(view.size(), [&](std::size_t i) { return places[i]; });
    order.put_behind(view.size(), [&](std::size_t i) { return stands_back(state.records[i], view); });
  }
  template <std::size_t Max>
  [[nodiscard]] static std::size_t at(const Order<Max>& order, std::size_t i) noexcept {
    return order[i];
  }
  template <std::size_t Max>
  static void asked(State<Max>& state, std::size_t candidate) noexcept {
    Routing::asked(state.inner, candidate);
  }
  template <std::size_t Max>
  static void report(State<Max>& state, std::size_t candidate, const Error* failure, Duration took,
                     Instant now) noexcept {
    Routing::report(state.inner, candidate, failure, took, now);
    Record& record = state.records[candidate];
    const Evidence evidence = failure == nullptr ? Evidence::success : ruling(*failure).evidence;
    if (evidence == Evidence::success) {
      if (record.failures.load(std::memory_order_relaxed) != 0) [[unlikely]]
        record.failures.store(0, std::memory_order_relaxed);
    } else if (evidence == Evidence::failure) {
      note_failure(record, now);
    }
  }

 private:
  [[nodiscard]] static Instant until(const Record& record) noexcept {
    return Instant{Duration{record.until.load(std::memory_order_relaxed)}};
  }

  template <class View>
  [[nodiscard]] static bool stands_back(const Record& record, View& view) noexcept {
    const Instant back = until(record);
    if (back == Instant::min()) [[likely]]
      return false;
    if (view.now() < back) return true;
    const Duration since = elapsed(back, view.now());
    if (since >= SlowStart.duration()) return false;
    // From a tenth to ten tenths, in thousandths.
    const std::int64_t share =
        100 + 900 * (since.count() / 1000) / larger<std::int64_t>(SlowStart.ns / 1000, 1);
    return static_cast<std::int64_t>(view.random() % 1000) >= share;
  }

  ARAMID_COLD static void note_failure(Record& record, Instant now) noexcept {
    // While it is out, or on its way back, one failure is enough.
    const Instant back = until(record);
    const bool returning = back != Instant::min() && now < saturating_add(back, SlowStart);
    const unsigned failures = record.failures.fetch_add(1, std::memory_order_relaxed) + 1;
    if (now < back || (failures < Failures && !returning)) return;
    record.failures.store(0, std::memory_order_relaxed);
    const auto healthy = back == Instant::min() ? 0 : elapsed(back, now).count() / Base.ns;
    const auto before = std::int64_t{record.ejections.load(std::memory_order_relaxed)};
    const std::int64_t ejections =
        smaller<std::int64_t>(larger<std::int64_t>(before - healthy, 0) + 1, 1'000'000);
    record.ejections.store(static_cast<unsigned>(ejections), std::memory_order_relaxed);
    const Duration out = smaller<Duration>(saturating_mul(Base, ejections), Cap);
    record.until.store(saturating_add(now, out).time_since_epoch().count(), std::memory_order_relaxed);
  }
};

ARAMID_END
