// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/histogram.hpp: how many durations of each length there were.
//
//   Histogram all = telemetry(client).latency();
//   all.quantile(percent(99));
//   all.merge(telemetry(other).latency());
//
// When to use it: for numbers that people look at, over all time or between two readings (`since`). When not: to
// decide about the next call, which wants what happened lately: see <aramid/recent_latency.hpp>.
//
// Log-linear buckets: 32 to each power of two from 4 us to 73 min, and 64 ns wide below. What is read back is the
// middle of a bucket: at most 1.6 % or 32 ns beside what was recorded. Longer ones count as 73 min.
// Memory: 8 KB. Cost: record is a few shifts and an increment. Thread-safety: a value, like std::array.
// Source: buckets as in HdrHistogram (G. Tene).
#pragma once

#include <aramid/duration.hpp>
#include <aramid/ratio.hpp>

#include <bit>      // bit_width
#include <cstddef>  // size_t
#include <cstdint>  // uint64_t

ARAMID_BEGIN

namespace detail {

/// Where a duration is counted, and what it is read back as.
struct HistogramBuckets {
  static constexpr std::size_t count = 1024;
  static constexpr unsigned unit_bits = 6;  // units of 64 ns
  static constexpr std::uint64_t most_units = (std::uint64_t{1} << 36U) - 1;

  [[nodiscard]] static constexpr std::size_t index(Duration took) noexcept {
    const auto ns = static_cast<std::uint64_t>(larger(took, Duration::zero()).count());
    const std::uint64_t units = smaller(ns >> unit_bits, most_units);
    const auto width = static_cast<unsigned>(std::bit_width(units | 63U));
    const unsigned shift = width - 6;
    return static_cast<std::size_t>(32 * shift + (units >> shift));
  }
  [[nodiscard]] static constexpr Duration begin(std::size_t index) noexcept {
    const std::size_t shift = index < 64 ? 0 : index / 32 - 1;
    const auto units = static_cast<std::uint64_t>(index - 32 * shift) << shift;
    return Duration{static_cast<std::int64_t>(units << unit_bits)};
  }
  [[nodiscard]] static constexpr Duration end(std::size_t index) noexcept { return begin(index + 1); }
  [[nodiscard]] static constexpr Duration middle(std::size_t index) noexcept {
    return begin(index) + (end(index) - begin(index)) / 2;
  }
};

}  // namespace detail

class Histogram {
 public:
  using Buckets = detail::HistogramBuckets;

  constexpr void record(Duration took) noexcept { add(Buckets::index(took), 1, took); }

  /// `n` durations in bucket `index` that are `total` long together.
  constexpr void add(std::size_t index, std::uint64_t n, Duration total) noexcept {
    counts_[index] += n;
    count_ += n;
    sum_ = saturating_add(sum_, total);
  }
  constexpr void merge(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < Buckets::count; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ = saturating_add(sum_, other.sum_);
  }
  /// What has come since `earlier`, an earlier reading of the same.
  [[nodiscard]] constexpr Histogram since(const Histogram& earlier) const noexcept {
    Histogram rest;
    for (std::size_t i = 0; i < Buckets::count; ++i) {
      const std::uint64_t before = earlier.counts_[i];
      if (counts_[i] > before) rest.add(i, counts_[i] - before, Duration::zero());
    }
    rest.sum_ = larger(sum_ - earlier.sum_, Duration::zero());
    return rest;
  }

  [[nodiscard]] constexpr std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] constexpr Duration sum() const noexcept { return sum_; }
  [[nodiscard]] constexpr Duration mean() const noexcept {
    return count_ == 0 ? Duration::zero() : Duration{sum_.count() / static_cast<std::int64_t>(count_)};
  }
  /// The shortest duration that `q` of all are no longer than (nearest rank); zero if there are none.
  [[nodiscard]] constexpr Duration quantile(Ratio q) const noexcept {
    if (count_ == 0) return Duration::zero();
    const std::uint64_t rank = rank_of(q);
    std::uint64_t seen = 0;
    std::size_t i = 0;
    while (i + 1 < Buckets::count && (seen += counts_[i]) < rank) ++i;
    return Buckets::middle(i);
  }
  /// How many were at most `limit` long, to within one bucket.
  [[nodiscard]] constexpr std::uint64_t count_up_to(Duration limit) const noexcept {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < Buckets::count && Buckets::middle(i) <= limit; ++i) seen += counts_[i];
    return seen;
  }

 private:
  [[nodiscard]] constexpr std::uint64_t rank_of(Ratio q) const noexcept {
    const auto numerator = static_cast<std::uint64_t>(q.numerator);
    const auto denominator = static_cast<std::uint64_t>(q.denominator);
    // Without the product of two large numbers.
    const std::uint64_t whole = count_ / denominator * numerator;
    const std::uint64_t rest = (count_ % denominator * numerator + denominator - 1) / denominator;
    return larger(whole + rest, std::uint64_t{1});
  }

  std::uint64_t counts_[Buckets::count]{};
  std::uint64_t count_ = 0;
  Duration sum_{0};
};

ARAMID_END
