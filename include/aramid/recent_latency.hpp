// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/recent_latency.hpp: how long calls took lately, as one quantile.
//
//   RecentLatency latency{{.quantile = percent(99), .window = 60s, .warm_up = 20}};
//   latency.record(took, now);                       each call that is to count
//   latency.quantile(now)                            nothing until 20 have
//
// When to use it: inside a policy whose delay or limit follows what is normal (AdaptiveTimeout; a hedge's delay).
// When not: for metrics, which want all quantiles and no forgetting.
//
// Log-linear buckets: sixteen to each power of two, from 1 us to 73 min; what is longer counts as that. The
// answer is the upper end of a bucket, so it is never below the quantile of what was recorded (nearest rank), and
// at most 6.25 % or 1.1 us above it. It covers the window that runs and the one before: while samples come, one
// is forgotten after one to two windows; when none come any more, all are, as long after the last. The quantile
// is computed while warming up with each record, then every sixteenth of a window, by the thread that happens to
// record; the others do not wait.
//
// Memory: 5.6 KB, fixed. Cost: record is a few shifts, two relaxed loads and one relaxed increment; quantile two
// relaxed loads; every sixteenth of a window one record adds up a thousand numbers. Thread-safety: lock-free.
// Samples recorded by another thread in the moment in which an idle time of more than a window ends may be lost.
// `now` may go backward: it then counts as the latest seen.
// Source: buckets as in HdrHistogram (G. Tene), generations as in Finagle's and tower's hedges; the rest is our
// own.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/ratio.hpp>

#include <atomic>    // atomic
#include <bit>       // bit_width
#include <cstddef>   // size_t
#include <cstdint>   // uint32_t, uint64_t
#include <optional>  // optional

ARAMID_BEGIN

namespace detail {

/// Where a latency is counted, and what it is read back as.
struct LatencyBuckets {
  static constexpr std::size_t count = 464;
  static constexpr std::uint64_t most_units = (std::uint64_t{1} << 32U) - 1;

  [[nodiscard]] static constexpr std::size_t index(Duration took) noexcept {
    const auto ns = static_cast<std::uint64_t>(larger(took, Duration::zero()).count());
    const std::uint64_t units = smaller(ns >> 10U, most_units);
    const auto width = static_cast<unsigned>(std::bit_width(units));
    const unsigned shift = width > 5 ? width - 5 : 0;
    return static_cast<std::size_t>(16 * shift + (units >> shift));
  }
  /// The longest latency that is counted there.
  [[nodiscard]] static constexpr Duration longest(std::size_t index) noexcept {
    const std::size_t shift = index < 32 ? 0 : index / 16 - 1;
    const auto step = static_cast<std::uint64_t>(index - 16 * shift);
    return Duration{static_cast<std::int64_t>((((step + 1) << shift) << 10U) - 1)};
  }
};

}  // namespace detail

struct RecentLatencySettings {
  Ratio quantile = percent(99);                 ///< above 0 and below 1
  Duration window = Duration{300'000'000'000};  ///< > 0
  unsigned warm_up = 20;                        ///< samples before there is an answer, >= 1
};

class RecentLatency {
 public:
  constexpr explicit RecentLatency(const RecentLatencySettings& settings = {}) noexcept
      : settings_{settings} {}

  ARAMID_INLINE void record(Duration took, Instant now) noexcept {
    const std::size_t index = detail::LatencyBuckets::index(took);
    if (now.time_since_epoch().count() >= next_look_.load(std::memory_order_relaxed)) [[unlikely]] {
      record_and_look(index, now);
    } else {
      count(index);
    }
  }

  /// The same, and the answer knows it at once. For samples that are rare and tell much: adds up a thousand
  /// numbers.
  ARAMID_COLD void record_at_once(Duration took, Instant now) noexcept {
    record_and_look(detail::LatencyBuckets::index(took), now);
  }

  /// Nothing before `warm_up` samples, or when the last of them is too long ago.
  [[nodiscard]] ARAMID_INLINE std::optional<Duration> quantile(Instant now) const noexcept {
    const std::int64_t ns = quantile_.load(std::memory_order_relaxed);
    if (ns < 0 || now.time_since_epoch().count() >= stale_at_.load(std::memory_order_relaxed)) return {};
    return Duration{ns};
  }
  /// Samples behind that answer, or on the way to one.
  [[nodiscard]] std::uint64_t samples(Instant now) const noexcept {
    const bool stale = now.time_since_epoch().count() >= stale_at_.load(std::memory_order_relaxed);
    return stale ? 0 : samples_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] constexpr const RecentLatencySettings& settings() const noexcept { return settings_; }

 private:
  using Cell = std::atomic<std::uint32_t>;
  static constexpr std::size_t generations = 3;  // the current one, the one before, and one that is empty

  void count(std::size_t index) noexcept {
    cells_[current_.load(std::memory_order_relaxed)][index].fetch_add(1, std::memory_order_relaxed);
  }

  ARAMID_COLD void record_and_look(std::size_t index, Instant now) noexcept {
    if (looking_.exchange(true, std::memory_order_acquire)) return count(index);
    turn_to(now);
    count(index);
    add_up(now);
    looking_.store(false, std::memory_order_release);
  }

  // Windows are counted from the earliest instant there is.
  [[nodiscard]] std::uint64_t window_of(Instant now) const noexcept {
    const auto since = static_cast<std::uint64_t>(now.time_since_epoch().count()) + (std::uint64_t{1} << 63U);
    return since / static_cast<std::uint64_t>(settings_.window.count());
  }
  [[nodiscard]] std::int64_t begin_of(std::uint64_t window) const noexcept {
    const auto length = static_cast<std::uint64_t>(settings_.window.count());
    if (window > ~std::uint64_t{0} / length) return Duration::max().count();
    return static_cast<std::int64_t>(window * length - (std::uint64_t{1} << 63U));
  }

  void turn_to(Instant now) noexcept {
    const std::uint64_t window = window_of(now);
    if (window <= window_) return;
    const std::size_t last = current_.load(std::memory_order_relaxed);
    if (window == window_ + 1) {
      const std::size_t next = (last + 1) % generations;
      current_.store(next, std::memory_order_relaxed);
      clear((next + 1) % generations);
    } else {
      for (std::size_t i = 0; i < generations; ++i) clear(i);
    }
    window_ = window;
  }
  void clear(std::size_t generation) noexcept {
    for (Cell& cell : cells_[generation]) cell.store(0, std::memory_order_relaxed);
  }

  void add_up(Instant now) noexcept {
    const std::size_t current = current_.load(std::memory_order_relaxed);
    const Cell* const one = cells_[current];
    const Cell* const other = cells_[(current + generations - 1) % generations];
    const auto at = [&](std::size_t i) {
      return std::uint64_t{one[i].load(std::memory_order_relaxed)} + other[i].load(std::memory_order_relaxed);
    };
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < detail::LatencyBuckets::count; ++i) total += at(i);
    samples_.store(total, std::memory_order_relaxed);
    stale_at_.store(begin_of(window_ + 2), std::memory_order_relaxed);
    if (total < settings_.warm_up) {
      quantile_.store(-1, std::memory_order_relaxed);
      next_look_.store(Duration::min().count(), std::memory_order_relaxed);
      return;
    }
    const auto numerator = static_cast<std::uint64_t>(settings_.quantile.numerator);
    const auto denominator = static_cast<std::uint64_t>(settings_.quantile.denominator);
    const std::uint64_t rank = (total * numerator + denominator - 1) / denominator;
    std::size_t bucket = 0;
    for (std::uint64_t below = at(0); below < rank && bucket + 1 < detail::LatencyBuckets::count;) {
      below += at(++bucket);
    }
    quantile_.store(detail::LatencyBuckets::longest(bucket).count(), std::memory_order_relaxed);
    const Instant soon = saturating_add(now, settings_.window / 16);
    next_look_.store(smaller(soon.time_since_epoch().count(), begin_of(window_ + 1)),
                     std::memory_order_relaxed);
  }

  std::atomic<std::int64_t> next_look_{Duration::min().count()};  // when a record is to add up again
  std::atomic<std::int64_t> quantile_{-1};                        // < 0: not enough samples
  std::atomic<std::int64_t> stale_at_{Duration::max().count()};
  std::atomic<std::uint64_t> samples_{0};
  std::atomic<std::size_t> current_{0};  // generation
  std::atomic<bool> looking_{false};
  std::uint64_t window_ = 0;  // of the current generation; whoever is looking owns it
  RecentLatencySettings settings_;
  Cell cells_[generations][detail::LatencyBuckets::count]{};
};

ARAMID_END
