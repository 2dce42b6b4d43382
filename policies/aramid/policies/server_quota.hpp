// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/server_quota.hpp: what the server said is left of a quota.
//
// Units are counted as they are taken, so that a report can be set against what was taken after its attempt: the
// server had not seen that yet. Until the report's reset no more is taken than the server had left. A report is
// ignored when a later attempt has reported already.
//
// What a call used beyond its reservation is counted when it is known, whoever reported before: a little too much
// where the server has seen it already. What a call did not use comes back only if no attempt let in after it has
// reported: such a report knows it already.
// Cost: under a lock nothing to speak of; without one, from the first report on, a compare-and-swap a
// reservation. Thread-safety: `take` and `left` from any thread, if `LockFree`; the rest under the limiter's lock.
#pragma once

#include <aramid/context.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

namespace detail {

/// The place of a reservation in the order of all that are counted; goes round. 0: nobody counted yet.
using Turn = std::uint32_t;

[[nodiscard]] constexpr bool comes_after(Turn a, Turn b) noexcept {
  return static_cast<std::int32_t>(a - b) > 0;
}

class ServerQuota {
 public:
  /// False if the server has not that much left; a call of nothing waits too when there is nothing left. `seen`
  /// becomes what has been taken, this included.
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

  /// More was used than reserved.
  template <bool LockFree>
  void charge(std::int64_t more) noexcept {
    // Far beyond all limits, so that the sum of what servers report does not overflow.
    more = smaller(more, std::int64_t{1} << 48U);
    std::int64_t taken = taken_.load(std::memory_order_relaxed);
    while (!count<LockFree>(taken, taken + more)) {
    }
  }
  /// Less was used than reserved at `turn`.
  void put_back(std::int64_t less, Turn turn) noexcept {
    if (turn == 0 || (newest_ != 0 && !comes_after(turn, newest_))) return;
    ceiling_.store(saturating_add(Duration{ceiling_.load()}, Duration{less}).count());
    if (returned_ == 0 || comes_after(first_returned_, turn)) first_returned_ = turn;
    returned_ = saturating_add(Duration{returned_}, Duration{less}).count();
  }

  [[nodiscard]] bool in_force(Instant now) const noexcept { return now < until(); }
  [[nodiscard]] Instant until() const noexcept { return Instant{Duration{until_.load()}}; }
  /// The largest number when no report is in force.
  [[nodiscard]] std::int64_t left(Instant now) const noexcept {
    if (!in_force(now)) return std::numeric_limits<std::int64_t>::max();
    return larger<std::int64_t>(ceiling_.load() - taken_.load(), 0);
  }

  [[nodiscard]] bool is_stale(Turn turn) const noexcept {
    return newest_ != 0 && (turn == 0 || comes_after(newest_, turn));
  }

  /// `turn`: of the attempt that reports; `seen` as `take` told it. If nobody had counted, `since` is the most
  /// units that were taken after it.
  void report(const QuotaHint& hint, Turn turn, std::int64_t seen, std::int64_t since, Duration window,
              Instant now) noexcept {
    std::int64_t base = seen;
    std::int64_t left = hint.remaining;
    if (turn == 0) {
      base = taken_.load();
      left = larger<std::int64_t>(left - since, 0);
      if (in_force(now)) left = smaller(left, ceiling_.load() - base);
    }
    newest_ = turn;
    // Of what came back, it is known only from when the first of it was.
    if (turn == 0 || !comes_after(first_returned_, turn)) returned_ = 0;
    if (hint.remaining < 0) return;
    const Duration ceiling = saturating_add(Duration{base}, Duration{left});
    ceiling_.store(saturating_add(ceiling, Duration{returned_}).count());
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
  std::int64_t returned_ = 0;  // of what was taken after the newest report, from first_returned_ on
  Turn newest_ = 0;            // that reported
  Turn first_returned_ = 0;
};

}  // namespace detail

ARAMID_END
