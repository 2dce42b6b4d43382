// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/gradient2.hpp: a concurrency limit from the ratio of usual to present latency.
//
//   gradient = clamp(1.5 * long / short, 0.5, 1)
//   limit    = 0.8 * limit + 0.2 * (limit * gradient + 4)
//
// `short` is the last round-trip time, `long` an exponential average over 600 of them, a plain one over the first
// ten. The limit does not grow while fewer calls than half of it are under way. When `long` is more than twice
// `short`, it falls by a twentieth: latency is back to normal after a long time of load.
//
// Two departures, both for failures, of which the published rule sees the latency only: a dropped call is a
// gradient of 0.5 without the allowance of 4 (the limit falls by a tenth, down to the minimum), and its time is
// not averaged, since a server that says no at once would look like a fast one.
//
// When to use it: by default; it needs no idea of the right latency and follows one that drifts.
// Cost: a few divisions. Source: Netflix concurrency-limits, Gradient2Limit, with its constants.
#pragma once

#include <aramid/name.hpp>
#include <aramid/policies/limit_algorithm.hpp>

ARAMID_BEGIN

struct Gradient2 {
  static constexpr Name name = "Gradient2";

  class Limit {
   public:
    static constexpr std::int64_t unit = 1 << 20;

    constexpr explicit Limit(const LimitRange& range) noexcept
        : range_{range}, limit_{detail::within(range.initial, range.min, range.max) * unit} {}

    constexpr void update(const LimitSample& sample) noexcept {
      if (sample.dropped) return move_to(limit_ / 2);
      const std::int64_t now = detail::usable_rtt(sample.rtt) * fraction;
      const std::int64_t usual = average(now);
      if (usual / 2 > now) long_ -= long_ / 20;
      if (2 * unit * sample.in_flight < limit_) return;
      move_to(scaled_by_gradient(usual, now) + allowance * unit);
    }

    constexpr void set_range(const LimitRange& range) noexcept {
      range_ = range;
      limit_ = detail::within(limit_, range.min * unit, range.max * unit);
    }
    [[nodiscard]] constexpr unsigned value() const noexcept { return static_cast<unsigned>(limit_ / unit); }
    /// In 2^-20 of a call.
    [[nodiscard]] constexpr std::int64_t scaled() const noexcept { return limit_; }

   private:
    static constexpr std::int64_t fraction = 1 << 20;  // of a nanosecond, in times
    static constexpr std::int64_t allowance = 4;
    static constexpr std::int64_t window = 600;
    static constexpr std::int64_t warm_up = 10;

    constexpr std::int64_t average(std::int64_t now) noexcept {
      if (count_ < warm_up) {
        sum_ += now / fraction;
        ++count_;
        long_ = sum_ / count_ * fraction + sum_ % count_ * fraction / count_;
      } else {
        const std::int64_t apart = now - long_;
        // apart * 2 / (window + 1), without a product that might not fit
        long_ += apart / (window + 1) * 2 + apart % (window + 1) * 2 / (window + 1);
      }
      return long_;
    }
    [[nodiscard]] constexpr std::int64_t scaled_by_gradient(std::int64_t usual,
                                                            std::int64_t now) const noexcept {
      const std::int64_t three = usual / 4 * 3, two = now / 4 * 2;
      if (three >= two) return limit_;
      if (three <= two / 2) return limit_ / 2;
      return scale(limit_, detail::ratio(three, two));
    }
    constexpr void move_to(std::int64_t target) noexcept {
      limit_ = detail::within(limit_ + (target - limit_) / 5, range_.min * unit, range_.max * unit);
    }

    LimitRange range_;
    std::int64_t limit_;
    std::int64_t long_ = 0;
    std::int64_t sum_ = 0;
    std::int64_t count_ = 0;
  };
};

ARAMID_END
