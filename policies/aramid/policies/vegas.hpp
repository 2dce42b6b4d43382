// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/vegas.hpp: a concurrency limit from an estimate of the queue at the server.
//
//   queue = ceil(limit * (1 - rtt_without_load / rtt))
//   queue <= log10(limit)       limit += 6 * log10(limit)      nothing queues
//   queue <  3 * log10(limit)   limit += log10(limit)
//   queue >  6 * log10(limit)   limit -= log10(limit)          so does a dropped call
//
// log10 is rounded down and at least 1. The round-trip time without load is the smallest seen; every
// 30 * limit * U[0.5, 1] calls it is taken anew from the next one, so that a server that has become slower is
// believed. That is passive: no call is held back for it. The limit does not grow while fewer calls than half of it
// are under way.
//
// One departure: a dropped call says nothing about the time without load, since one that is turned away at once
// would look like a fast one.
//
// When to use it: where latency without load is stable and small queues are what matters.
// Cost: whole numbers, one division. Source: Netflix concurrency-limits, VegasLimit, with its constants; L. Brakmo,
// L. Peterson, "TCP Vegas", IEEE JSAC 1995.
#pragma once

#include <aramid/name.hpp>
#include <aramid/policies/limit_algorithm.hpp>

ARAMID_BEGIN

struct Vegas {
  static constexpr Name name = "Vegas";
  static constexpr bool draws = true;

  class Limit {
   public:
    constexpr explicit Limit(const LimitRange& range) noexcept
        : range_{range}, limit_{detail::within(range.initial, range.min, range.max)} {}

    constexpr void update(const LimitSample& sample) noexcept {
      if (sample.dropped) return move_by(-log10(limit_));
      const std::int64_t rtt = detail::usable_rtt(sample.rtt);
      if (jitter_ == 0) draw(sample.random);
      if (++calls_ >= scale(std::int64_t{30} * limit_, jitter_)) {
        draw(sample.random);
        calls_ = 0;
        without_load_ = rtt;
      } else if (without_load_ == 0 || rtt < without_load_) {
        without_load_ = rtt;
      } else if (std::int64_t{2} * sample.in_flight >= limit_) {
        move_by(step(queue(rtt)));
      }
    }

    constexpr void set_range(const LimitRange& range) noexcept {
      range_ = range;
      move_by(0);
    }
    [[nodiscard]] constexpr unsigned value() const noexcept { return limit_; }

   private:
    [[nodiscard]] static constexpr std::int64_t log10(std::int64_t n) noexcept {
      std::int64_t digits = 0;
      for (; n >= 10; n /= 10) ++digits;
      return larger(digits, std::int64_t{1});
    }
    // ceil(limit * (rtt - without_load) / rtt), the limit in two halves so that the products fit.
    [[nodiscard]] constexpr std::int64_t queue(std::int64_t rtt) const noexcept {
      const std::int64_t more = rtt - without_load_;
      const std::int64_t high = (limit_ >> 12U) * more;
      const std::int64_t low = (high % rtt << 12U) + (limit_ & 0xFFFU) * more;
      return (high / rtt << 12U) + (low + rtt - 1) / rtt;
    }
    [[nodiscard]] constexpr std::int64_t step(std::int64_t queue) const noexcept {
      const std::int64_t log = log10(limit_);
      if (queue <= log) return 6 * log;
      if (queue < 3 * log) return log;
      return queue > 6 * log ? -log : 0;
    }
    constexpr void move_by(std::int64_t step) noexcept {
      const auto min = static_cast<std::int64_t>(range_.min), max = static_cast<std::int64_t>(range_.max);
      limit_ = static_cast<unsigned>(detail::within(limit_ + step, min, max));
    }
    // U[0.5, 1) in 2^-32.
    constexpr void draw(std::uint64_t random) noexcept {
      jitter_ = 0x80000000U | static_cast<std::uint32_t>(random >> 33U);
    }

    LimitRange range_;
    unsigned limit_;
    std::uint32_t jitter_ = 0;
    std::int64_t without_load_ = 0;
    std::int64_t calls_ = 0;
  };
};

ARAMID_END
