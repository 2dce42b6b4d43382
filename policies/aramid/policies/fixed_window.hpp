// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/fixed_window.hpp: a quota that is whole again when its window ends.
//
//   Limiter<FixedWindow, RPM<50>>
//
// A window opens with the first unit that is taken after the last one ended. Within each of these windows no more
// than the quota is let through; across the end of one and the beginning of the next up to twice the quota may
// follow in a moment.
// When to use it: where the server counts so too. When not: where it does not; it then says 429 after a burst.
// Memory: 56 bytes a quota. Not thread-safe: the limiter's lock guards it.
#pragma once

#include <aramid/policies/quota_meter.hpp>

ARAMID_BEGIN

struct FixedWindow {
  static constexpr Name name = "FixedWindow";

  class Meter {
   public:
    void start(const Quota<>& quota, std::int64_t) noexcept { quota_ = quota; }

    [[nodiscard]] Quota<> quota() const noexcept { return quota_; }
    [[nodiscard]] std::int64_t capacity() const noexcept { return quota_.limit; }

    void expire(Instant now) noexcept {
      latest_ = larger(latest_, now);
      if (used_ != 0 && latest_ >= ends_) used_ = 0;
    }
    [[nodiscard]] bool fits(std::int64_t amount, Instant) const noexcept {
      return amount <= quota_.limit - used_;
    }
    bool take(Ticket& ticket, std::int64_t amount, Instant now) noexcept {
      if (!fits(amount, now)) return false;
      add(amount);
      ticket = number_;
      return true;
    }
    /// What a window has counted ends with it; what was used beyond counts in the window that is open now.
    void correct(Ticket ticket, std::int64_t taken, std::int64_t used, Instant now) noexcept {
      if (used > taken) {
        expire(now);
        add(used - taken);
      } else if (ticket == number_) {
        used_ -= smaller(used_, taken - used);
      }
    }

    [[nodiscard]] std::int64_t used(Instant now) const noexcept { return now >= ends_ ? 0 : used_; }
    [[nodiscard]] Instant resets(Instant now) const noexcept { return used(now) == 0 ? now : ends_; }
    void set_limit(std::int64_t limit, Instant) noexcept { quota_.limit = limit; }
    void rescale(std::int64_t limit, Instant) noexcept {
      used_ = detail::fraction(used_, limit, quota_.limit);
      quota_.limit = limit;
    }

    class Forecast {
     public:
      explicit Forecast(const Meter& meter) noexcept
          : window_{meter.quota_.window},
            ends_{meter.ends_},
            limit_{meter.quota_.limit},
            used_{meter.used_} {}

      Instant earliest(std::int64_t amount, Instant from) noexcept {
        if (from >= ends_) used_ = 0;
        return amount <= limit_ - used_ ? from : larger(from, ends_);
      }
      void take(std::int64_t amount, Instant at, const QuotaClaim&) noexcept {
        if (at >= ends_ && amount > 0) {
          used_ = 0;
          ends_ = saturating_add(at, window_);
        }
        used_ = saturating_add(Duration{used_}, Duration{amount}).count();
      }

     private:
      Duration window_;
      Instant ends_;
      std::int64_t limit_;
      std::int64_t used_;
    };
    [[nodiscard]] Forecast forecast() const noexcept { return Forecast{*this}; }

   private:
    // At the latest instant that anybody has seen: a window that has ended for one has ended for all.
    void add(std::int64_t amount) noexcept {
      if (amount == 0) return;
      if (used_ == 0 && latest_ >= ends_) {
        ends_ = saturating_add(latest_, quota_.window);
        ++number_;
      }
      used_ = saturating_add(Duration{used_}, Duration{amount}).count();
    }

    Quota<> quota_;
    Instant ends_ = Instant::min();
    Instant latest_ = Instant::min();
    std::int64_t used_ = 0;
    Ticket number_ = 0;  // of the window
  };
};

ARAMID_END
