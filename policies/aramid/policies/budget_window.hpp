// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/budget_window.hpp: first attempts and retries of the last seconds, and whether one
// more retry fits.
//
// The window moves in steps of a twentieth of its length. A retry is allowed if with it
//   retries x denominator <= first attempts x numerator + reserve x denominator
// holds for the last twenty steps, exactly: amounts are integers in units of 1/denominator of a retry, and nothing
// is rounded but the reserve of a window of broken seconds, downward. After an idle window all is forgotten.
//
// Cost: a first attempt is one relaxed add; a retry is one short lock. Thread-safety: yes. `now` may go backward:
// it then counts as the latest seen.
#pragma once

#include <aramid/policies/retry_budget_settings.hpp>

#include <atomic>  // atomic
#include <mutex>   // mutex, lock_guard

ARAMID_BEGIN

/// What a retry budget has counted in its window, and what that allows. Whole retries.
struct RetryFunds {
  std::int64_t used = 0;
  std::int64_t limit = 0;
};

namespace detail {

class BudgetWindow {
 public:
  static constexpr unsigned steps = 20;
  /// The step in which a retry was charged.
  using Step = std::uint64_t;

  /// Counts a first attempt.
  ARAMID_INLINE void deposit(const RetryBudgetSettings& settings, Instant now) noexcept {
    if (now.time_since_epoch().count() >= step_ends_.load(std::memory_order_relaxed)) [[unlikely]]
      catch_up(settings, now);
    // Should the step end here and now, this counts in the next one: once all the same.
    deposits_.fetch_add(settings.share.numerator, std::memory_order_relaxed);
  }

  /// Counts a retry if there is room for it.
  [[nodiscard]] bool withdraw(const RetryBudgetSettings& settings, Instant now, Step& charged_in) noexcept {
    const std::lock_guard lock{mutex_};
    advance(settings, now);
    const Total total = whole_window();
    if (units_left(settings, total) < settings.share.denominator) return false;
    ++entries_[step_ % steps].retries;
    charged_in = step_;
    return true;
  }

  /// Takes a retry back out of the step in which it was counted.
  void refund(Step charged_in) noexcept {
    const std::lock_guard lock{mutex_};
    if (step_ - charged_in >= steps) return;
    --entries_[charged_in % steps].retries;
    if (charged_in != step_) --older_.retries;
  }

  [[nodiscard]] RetryFunds funds(const RetryBudgetSettings& settings, Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    Total total = whole_window();
    const std::uint64_t gone = steps_to(settings, now);
    for (std::uint64_t i = 1; i <= smaller<std::uint64_t>(gone, steps - 1); ++i) {
      const Total& expired = entries_[(step_ + i) % steps];
      total = {total.deposits - expired.deposits, total.retries - expired.retries};
    }
    if (gone >= steps) total = {};
    return {total.retries, (reserve(settings) + total.deposits) / settings.share.denominator};
  }

 private:
  struct Total {
    std::int64_t deposits = 0;  // in 1/denominator of a retry
    std::int64_t retries = 0;
  };

  [[nodiscard]] static std::int64_t reserve(const RetryBudgetSettings& settings) noexcept {
    // In milliseconds the product stays below 2^63, and a window is a whole number of them.
    return static_cast<std::int64_t>(settings.per_second) * settings.share.denominator *
           (settings.window.ns / 1'000'000) / 1000;
  }
  [[nodiscard]] static std::int64_t units_left(const RetryBudgetSettings& settings,
                                               const Total& total) noexcept {
    return reserve(settings) + total.deposits - total.retries * settings.share.denominator;
  }

  // Older steps and the current one, of which only the retries lie in its entry.
  [[nodiscard]] Total whole_window() const noexcept {
    return {older_.deposits + deposits_.load(std::memory_order_relaxed),
            older_.retries + entries_[step_ % steps].retries};
  }

  /// How many steps begin from the current one's end up to `now`.
  [[nodiscard]] std::uint64_t steps_to(const RetryBudgetSettings& settings, Instant now) const noexcept {
    const Instant end{Duration{step_ends_.load(std::memory_order_relaxed)}};
    if (now < end) return 0;
    return static_cast<std::uint64_t>(elapsed(end, now) / (settings.window.duration() / steps)) + 1;
  }

  ARAMID_COLD void catch_up(const RetryBudgetSettings& settings, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    advance(settings, now);
  }

  void advance(const RetryBudgetSettings& settings, Instant now) noexcept {
    const std::uint64_t passed = steps_to(settings, now);
    if (passed == 0) return;
    const Duration length = settings.window.duration() / steps;
    Instant end{Duration{step_ends_.load(std::memory_order_relaxed)}};
    if (passed < steps) {
      for (std::uint64_t i = 0; i < passed; ++i) close_step();
      end = saturating_add(end, length * static_cast<std::int64_t>(passed));
    } else {
      for (Total& entry : entries_) entry = {};
      older_ = {};
      deposits_.store(0, std::memory_order_relaxed);
      step_ += steps;
      end = saturating_add(now, length);
    }
    step_ends_.store(end.time_since_epoch().count(), std::memory_order_relaxed);
  }

  void close_step() noexcept {
    Total& closed = entries_[step_ % steps];
    closed.deposits = deposits_.exchange(0, std::memory_order_relaxed);
    older_ = {older_.deposits + closed.deposits, older_.retries + closed.retries};
    Total& expired = entries_[++step_ % steps];
    older_ = {older_.deposits - expired.deposits, older_.retries - expired.retries};
    expired = {};
  }

  // What a call without retries touches comes first, on one line.
  std::atomic<std::int64_t> step_ends_{Duration::min().count()};
  std::atomic<std::int64_t> deposits_{0};  // of the current step
  mutable std::mutex mutex_;               // guards what follows, and that the step moves
  Step step_ = steps;
  Total older_;  // of all steps in the window but the current one
  Total entries_[steps];
};

}  // namespace detail

ARAMID_END
