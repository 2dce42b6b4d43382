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
// nothing while anybody else is well, and is still there when nobody is. After its time it returns with a tenth of
// its share, which grows to the whole in `SlowStart` from its first success on; until then one failure ejects it
// again. Each further ejection is longer by `Base`; each `Base` of health takes one back.
// Around SuccessRate, which turns away from a candidate after one failure, five in a row may take minutes: with few
// calls at a time write OutlierEjection<SuccessRate, 1>.
// When to use it: routings that would go on asking a dead candidate, or run to one that has just recovered. When
// not: instead of a Breaker, which also protects the provider from the last-resort calls.
// Cost: two relaxed loads for each candidate; a random number while one returns; a clock reading unless the stack
// around it has one. Thread-safety: lock-free. Source: Envoy's outlier detection and slow start.
#pragma once

#include <aramid/error.hpp>
#include <aramid/ranking.hpp>
#include <aramid/route.hpp>

#include <atomic>   // atomic
#include <cstdint>  // int64_t, uint64_t

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
    std::atomic<std::uint64_t> last{0};  // see Ejection
    std::atomic<unsigned> failures{0};   // in a row
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
      if (const Ejection last = last_of(record); !last.none()) [[unlikely]]
        note_success(record, last, now);
      if (record.failures.load(std::memory_order_relaxed) != 0) [[unlikely]]
        record.failures.store(0, std::memory_order_relaxed);
    } else if (evidence == Evidence::failure) {
      note_failure(record, took, now);
    }
  }

 private:
  // One word, so that of failures at the same time one ejects:
  //   bits 20..63  the end of the last ejection, then the time of the first success after it; in milliseconds
  //   bit  19      that success has not come yet
  //   bits  0..18  ejections that are not made up for yet
  struct Ejection {
    std::uint64_t word;
    [[nodiscard]] bool none() const noexcept { return word == 0; }
    [[nodiscard]] bool unanswered() const noexcept { return (word >> 19U & 1U) != 0; }
    [[nodiscard]] std::int64_t count() const noexcept { return static_cast<std::int64_t>(word & most); }
    /// After `healthy` since then.
    [[nodiscard]] std::int64_t count_after(Duration healthy) const noexcept {
      return larger<std::int64_t>(count() - healthy.count() / Base.ns, 0);
    }
    [[nodiscard]] Instant at() const noexcept {
      return Instant{saturating_mul(Duration{millisecond}, static_cast<std::int64_t>(word) >> 20U)};
    }
    [[nodiscard]] static Ejection make(Instant at, bool unanswered, std::int64_t count) noexcept {
      const std::int64_t ms =
          smaller(at.time_since_epoch().count() / millisecond, (std::int64_t{1} << 43U) - 1);
      return {static_cast<std::uint64_t>(ms) << 20U | (unanswered ? std::uint64_t{1} << 19U : 0) |
              static_cast<std::uint64_t>(smaller(count, most))};
    }
    static constexpr std::int64_t millisecond = 1'000'000;
    static constexpr std::int64_t most = (1 << 19U) - 1;
  };
  [[nodiscard]] static Ejection last_of(const Record& record) noexcept {
    return {record.last.load(std::memory_order_relaxed)};
  }

  template <class View>
  [[nodiscard]] static bool stands_back(const Record& record, View& view) noexcept {
    const Ejection last = last_of(record);
    if (last.none()) [[likely]]
      return false;
    const Instant back = last.at();
    if (view.now() < back) return true;
    // Its share does not grow while nobody asks it, or while it does not answer.
    const Duration since = last.unanswered() ? Duration::zero() : elapsed(back, view.now());
    if (since >= SlowStart.duration()) return false;
    // From a tenth to ten tenths, in thousandths.
    const std::int64_t share =
        100 + 900 * (since.count() / 1000) / larger<std::int64_t>(SlowStart.ns / 1000, 1);
    return static_cast<std::int64_t>(view.random() % 1000) >= share;
  }

  ARAMID_COLD static void note_success(Record& record, Ejection last, Instant now) noexcept {
    if (!last.unanswered() || now < last.at()) return;
    const Ejection next = Ejection::make(now, false, last.count_after(elapsed(last.at(), now)));
    record.last.compare_exchange_strong(last.word, next.word, std::memory_order_relaxed);
  }
  ARAMID_COLD static void note_failure(Record& record, Duration took, Instant now) noexcept {
    Ejection last = last_of(record);
    const Duration healthy = elapsed(last.at(), now);
    // A call that was sent before it came back says nothing new.
    if (!last.none() && (now < last.at() || healthy < took)) return;
    const unsigned failures = record.failures.fetch_add(1, std::memory_order_relaxed) + 1;
    // Of those sent on its way back one failure is enough.
    const bool returning = !last.none() && (last.unanswered() || healthy - took < SlowStart.duration());
    if (failures < Failures && !returning) return;
    const std::int64_t ejections = last.count_after(healthy) + 1;
    const Duration out = smaller<Duration>(saturating_mul(Base, ejections), Cap);
    // Rounded up.
    const Instant until = saturating_add(now, saturating_add(out, Duration{Ejection::millisecond - 1}));
    const Ejection next = Ejection::make(until, true, ejections);
    if (record.last.compare_exchange_strong(last.word, next.word, std::memory_order_relaxed)) {
      record.failures.store(0, std::memory_order_relaxed);
    }
  }
};

ARAMID_END
