// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/aimd.hpp: a concurrency limit that grows by one and shrinks by a tenth.
//
//   dropped, or slower than 5 s     limit *= 0.9, rounded down
//   else                            limit += 1, if at least half of it is under way
//
//   AdaptiveBulkhead<Aimd, 1, 100>
//   AdaptiveBulkhead<AimdSlowerThan<60s>, 1, 100>    where 5 s are nothing unusual
//
// When to use it: where overload shows as failures rather than as latency, or latency depends on the request more
// than on the load, as with language models. Cost: one division. Source: Netflix concurrency-limits, AIMDLimit,
// with its constants; D. Chiu, R. Jain, "Analysis of the increase and decrease algorithms for congestion
// avoidance", 1989.
#pragma once

#include <aramid/name.hpp>
#include <aramid/policies/limit_algorithm.hpp>

ARAMID_BEGIN

template <Span Slow>
struct AimdSlowerThan {
  static_assert(positive(Slow), "aramid: AimdSlowerThan<D>: D must be above 0");
  static constexpr Name name = "Aimd";

  class Limit {
   public:
    constexpr explicit Limit(const LimitRange& range) noexcept
        : range_{range}, limit_{detail::within(range.initial, range.min, range.max)} {}

    constexpr void update(const LimitSample& sample) noexcept {
      if (sample.dropped || sample.rtt > Slow.duration()) {
        limit_ = static_cast<unsigned>(std::uint64_t{limit_} * 9 / 10);
      } else if (std::uint64_t{sample.in_flight} * 2 >= limit_) {
        ++limit_;
      }
      set_range(range_);
    }

    constexpr void set_range(const LimitRange& range) noexcept {
      range_ = range;
      limit_ = detail::within(limit_, range.min, range.max);
    }
    [[nodiscard]] constexpr unsigned value() const noexcept { return limit_; }

   private:
    LimitRange range_;
    unsigned limit_;
  };
};

struct Aimd : AimdSlowerThan<Duration{5'000'000'000}> {};

ARAMID_END
