// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/throttle_window.hpp: what a throttle counts, over the last minutes.
//
// Twenty buckets of a twentieth of the window each, and their totals in one atomic word, so that whoever only
// wants to know whether all is well need not take the lock. Buckets expire by time, not by events: after any idle
// time the next look finds what really is in the window. A total is at most a twentieth of the window out of date.
// Thread-safety: `fresh` and `counts` from any thread; the rest under the owner's lock.
#pragma once

#include <aramid/duration.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

struct ThrottleCounts {
  std::uint32_t requests = 0;
  std::uint32_t accepts = 0;

  friend constexpr bool operator==(const ThrottleCounts&, const ThrottleCounts&) = default;
};

namespace detail {

class ThrottleWindow {
 public:
  static constexpr unsigned buckets = 20;

  /// Whether no bucket has ended since the last look.
  [[nodiscard]] bool fresh(Instant now) const noexcept {
    return now.time_since_epoch().count() < fresh_until_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] ThrottleCounts counts() const noexcept {
    const std::uint64_t word = totals_.load(std::memory_order_relaxed);
    return {static_cast<std::uint32_t>(word >> 32U), static_cast<std::uint32_t>(word)};
  }

  /// Drops what is older than the window. Earlier instants than before change nothing.
  void rotate(Instant now, Duration window) noexcept {
    if (fresh(now)) return;
    const std::int64_t width = larger(std::int64_t{1}, window.count() / buckets);
    const std::int64_t ns = now.time_since_epoch().count();
    const std::int64_t into = ns % width + (ns % width < 0 ? width : 0);
    const std::int64_t bucket = ns / width - (ns % width < 0 ? 1 : 0);
    const std::uint64_t passed = static_cast<std::uint64_t>(bucket) - static_cast<std::uint64_t>(newest_);
    ThrottleCounts total = counts();
    // After a long time, and at the first look, all of them.
    for (std::uint64_t i = 0; i < smaller(passed, std::uint64_t{buckets}); ++i) {
      at_ = (at_ + 1) % buckets;
      total.requests -= ring_[at_].requests;
      total.accepts -= ring_[at_].accepts;
      ring_[at_] = {};
    }
    newest_ = bucket;
    publish(total);
    fresh_until_.store(saturating_add(now, Duration{width - into}).time_since_epoch().count(),
                       std::memory_order_relaxed);
  }

  /// Adds to the newest bucket. Four thousand million are as good as infinite.
  void add(ThrottleCounts more) noexcept {
    ThrottleCounts total = counts();
    if (total.requests > UINT32_MAX - more.requests) return;
    ThrottleCounts& newest = ring_[at_];
    newest.requests += more.requests;
    newest.accepts += more.accepts;
    total.requests += more.requests;
    total.accepts += more.accepts;
    publish(total);
  }

 private:
  void publish(ThrottleCounts total) noexcept {
    totals_.store(static_cast<std::uint64_t>(total.requests) << 32U | total.accepts,
                  std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> totals_{0};
  std::atomic<std::int64_t> fresh_until_{INT64_MIN};
  std::int64_t newest_ = 0;
  unsigned at_ = 0;
  ThrottleCounts ring_[buckets]{};
};

}  // namespace detail

ARAMID_END
