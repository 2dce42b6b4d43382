// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/rate_curve.hpp: how a rate comes back after it had to fall.
//
// A curve is a type with a nested `Rate`: `fall(from, factor_percent)` answers the rate to go on with,
// `after(since)` the rate that long after the fall. Sans-I/O, no floating point.
// Rates are calls a second in 2^-16, from 0 to 2^19 calls a second.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/name.hpp>

ARAMID_BEGIN

inline constexpr std::int64_t rate_unit = 1 << 16;
inline constexpr std::int64_t max_rate = std::int64_t{1} << 35;

/// CUBIC, as in TCP (RFC 8312) and in AWS's adaptive retries, with their constant 0.4: rate(t) = 0.4 * (t - k)^3 +
/// w, k = cbrt(w * (1 - factor) / 0.4); w is the rate at the fall, t in seconds. Fast at first, slow around the
/// rate that was too high, then faster and faster. k is exact to 61 us.
struct CubicRate {
  static constexpr Name name = "CubicRate";

  class Rate {
   public:
    constexpr std::int64_t fall(std::int64_t from, unsigned factor_percent) noexcept {
      top_ = smaller(from, max_rate);
      // In cubes of 2^-14 s: 2^26 of them are a cubic second in 2^-16.
      const auto share = static_cast<std::uint64_t>(top_) * (100 - factor_percent) / 40;
      k_ = cube_root(share << 26U);
      return top_ * factor_percent / 100;
    }
    [[nodiscard]] constexpr std::int64_t after(Duration since) const noexcept {
      constexpr std::int64_t second = 1'000'000'000, limit = (1 << 21) - 1;  // 128 s: beyond every rate
      const std::int64_t ns = smaller(since.count(), 300 * second);
      const std::int64_t t = ns / second * tick + ns % second * tick / second;
      const std::int64_t d = larger(smaller(t - k_, limit), -limit);
      const std::int64_t rate = top_ + d * d * d / 5 * 2 / (std::int64_t{1} << 26U);
      return smaller(larger(rate, std::int64_t{0}), max_rate);
    }
    /// When the rate is back where it fell, after the fall.
    [[nodiscard]] constexpr Duration k() const noexcept { return Duration{k_ * 1'000'000'000 / tick}; }

   private:
    static constexpr std::int64_t tick = 1 << 14;  // of a second

    [[nodiscard]] static constexpr std::int64_t cube_root(std::uint64_t n) noexcept {
      std::uint64_t root = 0;
      for (int bit = 20; bit >= 0; --bit) {
        const std::uint64_t candidate = root | std::uint64_t{1} << static_cast<unsigned>(bit);
        if (candidate * candidate * candidate <= n) root = candidate;
      }
      return static_cast<std::int64_t>(root);
    }

    std::int64_t top_ = 0;
    std::int64_t k_ = 0;
  };
};

/// Additive increase, multiplicative decrease: back at the rate of the fall after `Recovery`, and on at that pace.
template <Span Recovery>
struct AimdRateOver {
  static_assert(positive(Recovery), "aramid: AimdRateOver<Recovery>: Recovery must be above 0");
  static constexpr Name name = "AimdRate";

  class Rate {
   public:
    constexpr std::int64_t fall(std::int64_t from, unsigned factor_percent) noexcept {
      const std::int64_t top = smaller(from, max_rate);
      bottom_ = top * factor_percent / 100;
      lost_ = top - bottom_;
      return bottom_;
    }
    [[nodiscard]] constexpr std::int64_t after(Duration since) const noexcept {
      const std::int64_t whole = larger(since.count(), std::int64_t{0}) / Recovery.ns;
      if (lost_ == 0 || whole >= max_rate / lost_) return lost_ == 0 ? bottom_ : max_rate;
      // The rest of a recovery, in 2^-20 of one; a recovery may be hours.
      constexpr std::int64_t part = Recovery.ns / (1 << 20) + 1;
      const std::int64_t rest = since.count() % Recovery.ns / part;
      const std::int64_t all = Recovery.ns / part;
      return smaller(bottom_ + lost_ * whole + (all > 0 ? lost_ * rest / all : 0), max_rate);
    }

   private:
    std::int64_t bottom_ = 0;
    std::int64_t lost_ = 0;
  };
};

struct AimdRate : AimdRateOver<Duration{30'000'000'000}> {};

template <class C>
concept RateCurve = requires(typename C::Rate& rate, std::int64_t from, unsigned percent, Duration since) {
  { rate.fall(from, percent) } noexcept -> std::same_as<std::int64_t>;
  { rate.after(since) } noexcept -> std::same_as<std::int64_t>;
};

namespace detail {

/// How many calls a second end: those of each half second, smoothed by 0.8.
class RateMeter {
 public:
  void count(Instant now) noexcept {
    const std::int64_t ns = now.time_since_epoch().count();
    const std::int64_t bucket = ns / half_second - (ns < 0 ? 1 : 0);
    if (count_ == 0 && !measured_once_) bucket_ = bucket;
    ++count_;
    if (bucket <= bucket_) return;
    // Counts of a half second that ended without a call are spread over all that have passed.
    const std::uint64_t passed = static_cast<std::uint64_t>(bucket) - static_cast<std::uint64_t>(bucket_);
    const std::int64_t current = static_cast<std::int64_t>(static_cast<std::uint64_t>(per_bucket()) / passed);
    measured_ = (4 * current + measured_) / 5;
    measured_once_ = true;
    count_ = 0;
    bucket_ = bucket;
  }
  /// In 2^-16 a second. Before the first half second is over, what has been counted of it.
  [[nodiscard]] std::int64_t rate() const noexcept { return measured_once_ ? measured_ : per_bucket(); }

 private:
  static constexpr std::int64_t half_second = 500'000'000;
  [[nodiscard]] std::int64_t per_bucket() const noexcept {
    return smaller(count_, max_rate / rate_unit) * 2 * rate_unit;
  }

  std::int64_t bucket_ = 0;
  std::int64_t count_ = 0;
  std::int64_t measured_ = 0;
  bool measured_once_ = false;
};

}  // namespace detail

ARAMID_END
