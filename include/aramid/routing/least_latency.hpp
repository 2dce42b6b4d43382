// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/least_latency.hpp: the faster one of two candidates drawn at random.
//
//   Failover<LeastLatency, Named<"a", A>, Named<"b", B>, Named<"c", C>>
//
// A candidate's load is its latency times the calls under way there and one more. The latency follows a slower
// answer at once and a faster one slowly (peak-EWMA, time constant 10 s), and fades while nobody asks, so a
// candidate that was slow is tried again: by one call, for what has faded is as it was while a call is under way.
// One whose latency is not known yet likewise gets one call, and more only if all others are as little known.
// Comparing two drawn at random, rather than all, keeps many clients from running to the same one. The others
// follow by their load if it fails. A failure counts as the time it took, and at least as four times the best load
// of the others: failing fast is not being fast.
// When to use it: several replicas of about the same quality. When not: providers of different price or quality.
// Cost: two compare-and-swaps a call and two clock readings, which a stack around or inside shares. Lock-free.
// Source: Finagle's PeakEwma; M. Mitzenmacher, "The power of two choices in randomized load balancing".
#pragma once

#include <aramid/error.hpp>
#include <aramid/random.hpp>
#include <aramid/ranking.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

/// Latency in microseconds that jumps up and decays down. One word for it, one for the calls under way.
class PeakEwma {
 public:
  constexpr explicit PeakEwma(Duration initial = Duration::zero(),
                              Duration tau = Duration{10'000'000'000}) noexcept
      : word_{pack(micros(initial), Instant{})}, tau_us_{larger<std::int64_t>(tau.count() / 1000, 1)} {}

  void begin() noexcept { under_way_.fetch_add(1, std::memory_order_relaxed); }
  void end() noexcept { under_way_.fetch_sub(1, std::memory_order_relaxed); }

  void note(Duration latency, Instant now) noexcept {
    const std::uint32_t sample = micros(latency);
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
      const std::uint32_t known = estimate_of(old);
      // Between the two in the share of the time constant that has passed.
      const std::uint32_t moved = sample >= known ? sample : sample + scaled(known - sample, keeps(old, now));
      next = pack(larger(moved, 1U), now);
    } while (old != next && !word_.compare_exchange_weak(old, next, std::memory_order_relaxed));
  }

  /// Whether a latency has been noted, or given as the initial one.
  [[nodiscard]] bool known() const noexcept {
    return estimate_of(word_.load(std::memory_order_relaxed)) != 0;
  }

  /// In nanoseconds, saturating.
  [[nodiscard]] Duration cost(Instant now) const noexcept {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    const std::int64_t calls = larger(under_way_.load(std::memory_order_relaxed), 0);
    // Only a call that would be alone there sees how far the estimate has faded: it finds out for the others.
    const std::uint32_t estimate =
        calls == 0 ? scaled(estimate_of(word), keeps(word, now)) : estimate_of(word);
    if (estimate == 0 && calls > 0) return saturating_add(penalty, Duration{calls});
    return saturating_mul(Duration{std::int64_t{estimate} * 1000}, calls + 1);
  }

 private:
  // Of calls under way where no latency is known: more than any latency that is. As Finagle's.
  static constexpr Duration penalty{Duration::max().count() >> 16U};

  // The upper half is the estimate, the lower one the time of the last sample in milliseconds, which wraps after 49
  // days: then an estimate looks younger than it is, and fades a little later.
  [[nodiscard]] static constexpr std::uint32_t estimate_of(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word >> 32U);
  }
  [[nodiscard]] static constexpr std::uint32_t stamp(Instant now) noexcept {
    return static_cast<std::uint32_t>(now.time_since_epoch().count() / 1'000'000);
  }
  [[nodiscard]] static constexpr std::uint64_t pack(std::uint32_t estimate, Instant now) noexcept {
    return (std::uint64_t{estimate} << 32U) | stamp(now);
  }
  [[nodiscard]] static constexpr std::uint32_t micros(Duration latency) noexcept {
    return static_cast<std::uint32_t>(
        smaller<std::int64_t>(larger<std::int64_t>(latency.count() / 1000, 0), 0xFFFF'FFFF));
  }
  [[nodiscard]] static constexpr std::uint32_t scaled(std::uint32_t value, std::uint32_t part) noexcept {
    return static_cast<std::uint32_t>((std::uint64_t{value} * part) >> 16U);
  }

  // e^(-age / tau) in 1/65536: a power of two, its fraction by a parabola that is off by 0.3 % at most.
  [[nodiscard]] std::uint32_t keeps(std::uint64_t word, Instant now) const noexcept {
    const auto age_ms = static_cast<std::int32_t>(stamp(now) - static_cast<std::uint32_t>(word));
    if (age_ms <= 0) return 65536;
    const std::int64_t exponent = std::int64_t{age_ms} * 1000 * 94548 / tau_us_;  // log2(e) * 65536 = 94548
    if (exponent >= std::int64_t{32} << 16U) return 0;
    const std::int64_t f = exponent & 0xFFFF;
    const std::int64_t fraction = 65536 - (f * (43909 - ((f * 11141) >> 16U)) >> 16U);
    return static_cast<std::uint32_t>(fraction) >> static_cast<unsigned>(exponent >> 16U);
  }

  std::atomic<std::uint64_t> word_;
  std::atomic<std::int32_t> under_way_{0};
  std::int64_t tau_us_;
};

struct LeastLatency : RanksCandidates {
  static constexpr Name name = "LeastLatency";
  static constexpr bool reads_time = true;
  template <std::size_t Max>
  struct State {
    PeakEwma load[Max];
  };

  template <class Shared, std::size_t Max, class View>
  static void begin(Shared& state, Ranking<Max>& order, View& view) noexcept {
    const std::size_t count = view.size();
    order.rank(count, [&](std::size_t i) { return state.load[i].cost(view.now()).count(); });
    if (count <= 2) return;  // two drawn of two are both
    // Of two different places the lower one has the lower load.
    const std::uint64_t random = view.random();
    const auto one = static_cast<std::size_t>((random & 0xFFFF'FFFF) % count);
    const auto other = static_cast<std::size_t>((random >> 32U) % (count - 1));
    order.put_first(smaller(one, other + (other >= one ? 1 : 0)));
  }
  template <class Shared>
  static void asked(Shared& state, std::size_t candidate) noexcept {
    state.load[candidate].begin();
  }
  template <class Shared>
  static void report(Shared& state, std::size_t candidate, const Error* failure, Duration took,
                     Instant now) noexcept {
    state.load[candidate].end();
    if (failure != nullptr) {
      if (ruling(*failure).evidence != Evidence::failure) return;
      took = larger(took, load_of_failure(state, candidate, now));
    }
    state.load[candidate].note(took, now);
  }

 private:
  // Four times as bad as the best of the others that is known, 1 s to 60 s. There may be fewer than there is room
  // for.
  template <class Shared>
  [[nodiscard]] ARAMID_COLD static Duration load_of_failure(const Shared& state, std::size_t candidate,
                                                            Instant now) noexcept {
    constexpr Duration least{1'000'000'000};
    Duration best = Duration::max();
    std::size_t i = 0;
    for (const PeakEwma& load : state.load) {
      if (i++ != candidate && load.known()) best = smaller(best, load.cost(now));
    }
    if (best == Duration::max()) return least;
    return smaller(larger(saturating_mul(best, 4), least), 60 * least);
  }
};

ARAMID_END
