// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/server_quota.hpp: what the server said is left of a quota.
//
// Units are counted as they are taken, so that a report can be set against what was taken after its attempt: the
// server had not seen that yet. Until the report's reset no more is taken than the server had left. A report is
// ignored when a later attempt has reported already.
// Cost: under a lock nothing to speak of; without one, from the first report on, a compare-and-swap a
// reservation. Thread-safety: `take`, `left` and `put_back` from any thread; reports one at a time.
#pragma once

#include <aramid/context.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

namespace detail {

class ServerQuota {
 public:
  /// Nobody counted yet when the attempt was let in.
  static constexpr std::int64_t not_counted = -1;

  /// False if the server has not that much left; a call of nothing waits too when there is nothing left. `seen`
  /// becomes the place of this reservation in the order of all.
  template <bool LockFree>
  bool take(std::int64_t amount, Instant now, std::int64_t& seen) noexcept {
    const std::int64_t needed = larger<std::int64_t>(amount, 1);
    std::int64_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (in_force(now) && needed > ceiling_.load() - taken) return false;
      seen = taken + amount;
    } while (!count<LockFree>(taken, seen));
    return true;
  }

  /// The attempt never left: the server will not have counted it. A later report knows that already.
  void put_back(std::int64_t amount, std::int64_t seen) noexcept {
    if (seen > newest_.load()) ceiling_.fetch_add(amount);
  }

  [[nodiscard]] bool in_force(Instant now) const noexcept { return now < until(); }
  [[nodiscard]] Instant until() const noexcept { return Instant{Duration{until_.load()}}; }
  /// The largest number when no report is in force.
  [[nodiscard]] std::int64_t left(Instant now) const noexcept {
    if (!in_force(now)) return std::numeric_limits<std::int64_t>::max();
    return larger<std::int64_t>(ceiling_.load() - taken_.load(), 0);
  }

  [[nodiscard]] bool is_stale(std::int64_t seen) const noexcept { return seen < newest_.load(); }

  /// `seen` as `take` told it; `since`: the most units that were taken after it, in case nobody had counted.
  void report(const QuotaHint& hint, std::int64_t seen, std::int64_t since, Duration window,
              Instant now) noexcept {
    std::int64_t base = seen;
    std::int64_t left = hint.remaining;
    if (seen == not_counted) {
      base = taken_.load();
      left = larger<std::int64_t>(left - since, 0);
      if (in_force(now)) left = smaller(left, ceiling_.load() - base);
    }
    newest_.store(seen);
    if (hint.remaining < 0) return;
    ceiling_.store(saturating_add(Duration{base}, Duration{left}).count());
    const Duration reset = hint.reset >= Duration::zero() ? hint.reset : window;
    until_.store(saturating_add(now, reset).time_since_epoch().count());
  }

 private:
  template <bool LockFree>
  bool count(std::int64_t& before, std::int64_t after) noexcept {
    if constexpr (LockFree) return taken_.compare_exchange_weak(before, after);
    taken_.store(after, std::memory_order_relaxed);
    return true;
  }

  std::atomic<std::int64_t> taken_{0};
  std::atomic<std::int64_t> ceiling_{0};
  std::atomic<std::int64_t> until_{Duration::min().count()};
  std::atomic<std::int64_t> newest_{not_counted};
};

}  // namespace detail

ARAMID_END
