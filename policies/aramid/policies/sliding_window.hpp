// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/sliding_window.hpp: several quotas as exact sliding logs, and the plan of who may go when.
//
// The algorithm behind `Limiter<SlidingWindow, ...>`. It knows amounts and instants; the limiter knows callers.
// Not thread-safe: the limiter's lock guards it.
#pragma once

#include <aramid/context.hpp>
#include <aramid/policies/sliding_log.hpp>

ARAMID_BEGIN

struct SlidingWindow {
  static constexpr Name name = "SlidingWindow";
  static constexpr std::size_t max_quotas = 4;

  /// What one call has reserved, per quota.
  struct Grant {
    std::uint64_t entries[max_quotas]{};
    Cost reserved;
    bool held = false;
  };

  /// Someone in the queue: what they need, and when they are expected to get it.
  struct Claim {
    Claim* next = nullptr;
    Cost cost;
    Instant planned{};
  };

  class State {
   public:
    State(const Quota* quotas, std::size_t count) : count_{count} {
      for (std::size_t i = 0; i < count; ++i)
        logs_[i] = SlidingLog{quotas[i], most_entries(quotas, count, quotas[i])};
    }

    [[nodiscard]] static std::int64_t amount(const Quota& quota, const Cost& cost) noexcept {
      const std::int64_t units = quota.unit == Unit::requests ? cost.requests : cost.tokens;
      return larger<std::int64_t>(units, 0);
    }

    /// The quota that `cost` alone is larger than, or null.
    [[nodiscard]] const Quota* too_small_for(const Cost& cost) const noexcept {
      for (const SlidingLog& log : *this) {
        if (amount(log.quota(), cost) > log.quota().limit) return &log.quota();
      }
      return nullptr;
    }
    /// The first quota that has no room for `cost`, or null.
    [[nodiscard]] const SlidingLog* full_for(const Cost& cost) const noexcept {
      for (const SlidingLog& log : *this) {
        if (!log.fits(amount(log.quota(), cost))) return &log;
      }
      return nullptr;
    }

    [[nodiscard]] Duration longest_window() const noexcept {
      Duration longest{0};
      for (const SlidingLog& log : *this) longest = larger<Duration>(longest, log.quota().window);
      return longest;
    }

    void expire(Instant now) noexcept {
      for (std::size_t i = 0; i < count_; ++i) logs_[i].expire(now);
    }

    /// Reserves in all quotas; the caller has seen that it fits.
    void reserve(Grant& grant, const Cost& cost, Instant now) noexcept {
      for (std::size_t i = 0; i < count_; ++i) {
        const std::int64_t units = amount(logs_[i].quota(), cost);
        grant.entries[i] = units > 0 ? logs_[i].push(now, units) : SlidingLog::no_entry;
      }
      grant.reserved = cost;
      grant.held = true;
    }

    /// Replaces what was reserved by what was used.
    void correct(const Grant& grant, const Cost& used, Instant now) noexcept {
      for (std::size_t i = 0; i < count_; ++i) {
        const Quota& quota = logs_[i].quota();
        logs_[i].correct(grant.entries[i], amount(quota, grant.reserved), amount(quota, used), now);
      }
    }

    /// Plans the claims from `first` on, in their order, none before `start`: each goes when enough of what is in
    /// the window, and of the claims before it, has left. One pass over log and claims a quota.
    void plan(Claim* first, Instant start) const noexcept {
      Cursor cursors[max_quotas];
      for (std::size_t i = 0; i < count_; ++i) cursors[i] = {logs_[i].oldest(), first, logs_[i].used()};
      Instant at = start;
      for (Claim* claim = first; claim != nullptr; claim = claim->next) {
        for (std::size_t i = 0; i < count_; ++i) at = larger(at, cursors[i].room_for(logs_[i], claim));
        claim->planned = at;
      }
    }

    [[nodiscard]] std::int64_t used(Unit unit, Instant now) const noexcept {
      for (const SlidingLog& log : *this) {
        if (log.quota().unit == unit) return log.used_at(now);
      }
      return 0;
    }

    /// What the fullest quota has left, in thousandths of its limit.
    [[nodiscard]] unsigned headroom(Instant now) const noexcept {
      std::int64_t least = 1000;
      for (const SlidingLog& log : *this) {
        const std::int64_t limit = log.quota().limit;
        const std::int64_t left = larger<std::int64_t>(limit - log.used_at(now), 0);
        // A large limit is divided first, so that the product of the others cannot overflow.
        least = smaller(least, limit < 1'000'000 ? left * 1000 / limit : left / (limit / 1000));
      }
      return static_cast<unsigned>(least);
    }

   private:
    struct Cursor {
      std::uint64_t entry = 0;
      Claim* claim = nullptr;
      std::int64_t total = 0;

      // When `wanted` fits; counts it in. After an upward correction even a claim of nothing has to wait.
      Instant room_for(const SlidingLog& log, const Claim* wanted) noexcept {
        const std::int64_t units = amount(log.quota(), wanted->cost);
        Instant at = Instant::min();
        while (units > log.quota().limit - total && (entry != log.newest_end() || claim != wanted)) {
          if (entry != log.newest_end()) {
            at = log.leaves(log.entry(entry).at);
            total -= log.entry(entry++).amount;
          } else {
            at = log.leaves(claim->planned);
            total -= amount(log.quota(), claim->cost);
            claim = claim->next;
          }
        }
        total += units;
        return at;
      }
    };

    // A window cannot hold more admissions than a request quota over the same or a longer window allows.
    static std::int64_t most_entries(const Quota* quotas, std::size_t count, const Quota& quota) noexcept {
      std::int64_t most = quota.limit;
      for (std::size_t i = 0; i < count; ++i) {
        if (quotas[i].unit == Unit::requests && quotas[i].window >= quota.window)
          most = smaller(most, quotas[i].limit);
      }
      return most;
    }

    [[nodiscard]] const SlidingLog* begin() const noexcept { return &logs_[0]; }
    [[nodiscard]] const SlidingLog* end() const noexcept { return begin() + count_; }

    SlidingLog logs_[max_quotas];
    std::size_t count_;
  };
};

ARAMID_END
