// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/token_bucket.hpp: a bucket that fills evenly, in one atomic word.
//
//   Limiter<TokenBucket<>, TPM<1'000'000>>     a bucket of a whole minute's tokens, full at the start
//   Limiter<TokenBucket<10>, RPM<600>>         a burst of 60, then one each 100 ms
//
// The bucket holds `BurstPercent` of the quota and refills at the quota's rate. Any window of the quota's length
// holds at most quota x (100 + BurstPercent) / 100, which is the documented error; in the long run it is the quota.
// A call that costs more than the bucket holds is refused.
// When to use it: for many calls a second on many threads (no lock while nobody waits), and where the server is a
// token bucket too. When not: where a server counts windows exactly and a burst on top of the rate is a 429.
//
// It is the generic cell rate algorithm: the word is the instant at which the bucket is full again, in 1/64 ns.
// A reservation moves it on by its cost; giving one back moves it back by the part that has not been refilled yet,
// so that what comes back was never poured in twice. After an overdraft it takes a window and a burst at most to
// be full again, whatever a server reports. Instants must be within four years of the time line's beginning; costs
// are rounded up to 1/64 ns a unit; and a bucket holds no more than flows in in 52 days, or one unit.
// Cost: one compare-and-swap. Memory: 96 bytes a quota. Thread-safety: lock-free.
// Source: ITU-T I.371, generic cell rate algorithm.
#pragma once

#include <aramid/policies/quota_meter.hpp>

#include <atomic>  // atomic
#include <bit>     // bit_width

ARAMID_BEGIN

template <unsigned BurstPercent = 100>
struct TokenBucket {
  static constexpr Name name = "TokenBucket";
  static constexpr unsigned burst_percent = BurstPercent;

  static consteval bool check() noexcept {
    static_assert(
        BurstPercent >= 1 && BurstPercent <= 1000,
        "aramid: TokenBucket<BurstPercent>: BurstPercent is the bucket's size in percent of the quota, "
        "1 to 1000");
    return true;
  }

  class Meter {
   public:
    static constexpr bool lock_free = true;
    static constexpr bool limit_ends_tickets = true;  // they are places on a line that a new limit stretches

    void start(const Quota<>& quota, std::int64_t) noexcept {
      unit_ = quota.unit;
      window_ = quota.window;
      price(quota.limit);
    }
    /// A unit may be used up to `late` after it was taken: the bucket is smaller by what that refills.
    void allow_late(Duration late) noexcept {
      late_ = late;
      price(limit_.load());
    }

    [[nodiscard]] Quota<> quota() const noexcept { return {unit_, limit_.load(), window_}; }
    [[nodiscard]] std::int64_t capacity() const noexcept { return depth_.load() / one_.load(); }

    void expire(Instant now) noexcept {
      if (dropped_ == 0) return;
      give_back(dropped_until_, dropped_, now);
      dropped_ = 0;
    }
    [[nodiscard]] bool fits(std::int64_t amount, Instant now) const noexcept {
      const std::int64_t at = ticks(now);
      return larger(full_.load(), at) - at <= depth_.load() - cost(amount);
    }

    ARAMID_INLINE bool take(Ticket& ticket, std::int64_t amount, Instant now) noexcept {
      const std::int64_t at = ticks(now);
      const std::int64_t depth = depth_.load(std::memory_order_relaxed);
      const std::int64_t latest = at + depth;
      const std::int64_t wanted = amount == 1 ? one_.load(std::memory_order_relaxed) : cost(amount);
      if (wanted > depth) [[unlikely]]
        return false;
      // Before the exchange: see give_back.
      const std::int64_t moved = moved_.load(std::memory_order_acquire);
      std::int64_t full = full_.load();
      std::int64_t next;
      do {
        // A branch rather than a conditional move, which the exchange would have to wait for.
        next = full + wanted;
        if (full < at) [[unlikely]]
          next = at + wanted;
        if (next > latest) [[unlikely]]
          return false;
      } while (!full_.compare_exchange_weak(full, next));
      // Where this reservation ends on the bucket's time line, as if nothing had ever been given back.
      ticket = sum(next, moved);
      return true;
    }

    void correct(Ticket ticket, std::int64_t taken, std::int64_t used, Instant now) noexcept {
      if (used > taken) {
        charge(cost(used - taken), now);
      } else if (used < taken && now == Instant::min()) {
        // Refunded when somebody tells the time. Of several, as if all ended with the first.
        dropped_until_ = dropped_ == 0 ? ticket : smaller(dropped_until_, ticket);
        dropped_ += cost(taken - used);
      } else if (used < taken) {
        give_back(ticket, cost(taken - used), now);
      }
    }

    [[nodiscard]] std::int64_t used(Instant now) const noexcept {
      return units(behind(full_.load(), ticks(now)));
    }
    [[nodiscard]] Instant resets(Instant now) const noexcept { return larger(now, instant(full_.load())); }

    /// Times in which the bucket was full count as if it had been taken from.
    [[nodiscard]] std::int64_t since(Ticket ticket) const noexcept {
      const std::int64_t full =
          full_.load();  // before the other: what is claimed is taken from it afterwards
      return units(larger<std::int64_t>(difference(sum(full, claimed_.load()), ticket), 0));
    }

    void set_limit(std::int64_t limit, Instant now) noexcept {
      const std::int64_t before = one_.load();
      price(limit);
      const std::int64_t at = ticks(now);
      std::int64_t full = full_.load();
      std::int64_t next;
      do {
        next = at + smaller(detail::fraction(behind(full, at), one_.load(), before), longest_debt());
      } while (!full_.compare_exchange_weak(full, next));
    }
    /// How full the bucket is in time does not depend on how many units that is.
    void rescale(std::int64_t limit, Instant) noexcept { price(limit); }

    class Forecast {
     public:
      explicit Forecast(const Meter& meter) noexcept
          : full_{meter.full_.load()}, depth_{meter.depth_.load()}, one_{meter.one_.load()} {}

      Instant earliest(std::int64_t amount, Instant from) noexcept {
        const std::int64_t at = saturating_add(Duration{full_}, Duration{price(amount) - depth_}).count();
        return larger(from, instant(at));
      }
      void take(std::int64_t amount, Instant at, const QuotaClaim&) noexcept {
        full_ = saturating_add(Duration{larger(full_, ticks(at))}, Duration{price(amount)}).count();
      }

     private:
      [[nodiscard]] std::int64_t price(std::int64_t amount) const noexcept { return product(one_, amount); }

      std::int64_t full_;
      std::int64_t depth_;
      std::int64_t one_;
    };
    [[nodiscard]] Forecast forecast() const noexcept { return Forecast{*this}; }

   private:
    static constexpr std::int64_t resolution = 64;  // ticks in a nanosecond
    // Four years and three times this fit into a word.
    static constexpr std::int64_t longest = std::int64_t{1} << 58;

    [[nodiscard]] static constexpr std::int64_t ticks(Instant at) noexcept {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(at.time_since_epoch().count()) *
                                       std::uint64_t{resolution});
    }
    // Rounded up: then it is certainly full.
    [[nodiscard]] static constexpr Instant instant(std::int64_t ticks) noexcept {
      const std::int64_t down = ticks / resolution;
      return Instant{Duration{down + (ticks > down * resolution ? 1 : 0)}};
    }

    // Sums of all that was given back go round: only differences mean something.
    [[nodiscard]] static constexpr std::int64_t sum(std::int64_t a, std::int64_t b) noexcept {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    }
    [[nodiscard]] static constexpr std::int64_t difference(std::int64_t a, std::int64_t b) noexcept {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
    }
    [[nodiscard]] static constexpr std::int64_t behind(std::int64_t full, std::int64_t at) noexcept {
      return full <= at ? 0 : full - at;
    }
    [[nodiscard]] std::int64_t units(std::int64_t ticks) const noexcept {
      const std::int64_t one = one_.load();
      return ticks / one + (ticks % one != 0 ? 1 : 0);
    }

    // What the limit makes of the bucket. Threads that read both words while they change err by one call.
    void price(std::int64_t limit) noexcept {
      const std::int64_t window = saturating_mul(window_, resolution).count();
      const std::int64_t one = larger<std::int64_t>(window / limit + (window % limit != 0 ? 1 : 0), 1);
      const std::int64_t units = larger<std::int64_t>(detail::fraction(limit, BurstPercent, 100), 1);
      const std::int64_t depth = smaller(product(one, units), longest);
      const Duration late = saturating_mul(late_, resolution);
      limit_.store(limit);
      one_.store(one);
      depth_.store(larger<std::int64_t>(depth - late.count(), one));
    }
    [[nodiscard]] std::int64_t cost(std::int64_t amount) const noexcept {
      return product(one_.load(std::memory_order_relaxed), amount);
    }
    // Saturates where it does not matter any more, without a division.
    [[nodiscard]] static constexpr std::int64_t product(std::int64_t one, std::int64_t amount) noexcept {
      const auto bits = std::bit_width(static_cast<std::uint64_t>(one)) +
                        std::bit_width(static_cast<std::uint64_t>(amount));
      return bits <= 62 ? one * amount : std::int64_t{1} << 62;
    }
    [[nodiscard]] std::int64_t longest_debt() const noexcept {
      return smaller<std::int64_t>(saturating_mul(window_, resolution).count(), longest) + depth_.load();
    }

    ARAMID_COLD void charge(std::int64_t extra, Instant now) noexcept {
      const std::int64_t at = ticks(now);
      const std::int64_t most = at + longest_debt();
      std::int64_t full = full_.load();
      std::int64_t next;
      do {
        const std::int64_t from = larger(full, at);
        next = from >= most ? from : from + smaller(extra, most - from);
      } while (!full_.compare_exchange_weak(full, next));
    }

    // A reservation ends where it was put (`next` in take), less all that was given back since by those before it;
    // [end - back, end] is what it gives back, and the part of that before `now` has been refilled already. So the
    // end must never be thought later than it is. Giving back is three steps: claimed_ grows, full_ moves, moved_
    // grows. A reservation reads moved_ before it is put: its ticket holds only moves that came before it. One that
    // ends reads claimed_: all moves that have come by then are in it. What lies between the two readings is too
    // much rather than too little, in every interleaving of a reservation and a move:
    //   put before full_ moves: the move is not in moved_ yet, but in claimed_, as it must be
    //   put after it, moved_ read before it grew: the move is counted against it, and it gives back less
    //   put after it, moved_ read after it grew: exact
    // Two that give back at once follow each other as claimed_ grows: the first does not depend on the second.
    //
    // The last one on the line moves nobody, and takes its claim back, so that those before it lose nothing. It is
    // the last if full_ is where it ends: full_ is never before the end of a reservation, and no reservation ends
    // before its ticket less claimed_. If others have claimed meanwhile that proves nothing, and the claim stays.
    void give_back(Ticket ticket, std::int64_t back, Instant now) noexcept {
      const std::int64_t at = ticks(now);
      std::int64_t claimed = claimed_.load();
      std::int64_t part;
      do {
        part = smaller(back, difference(difference(ticket, claimed), at));
        if (part <= 0) return;
      } while (!claimed_.compare_exchange_weak(claimed, sum(claimed, part)));
      std::int64_t end = difference(ticket, claimed);
      if (full_.compare_exchange_strong(end, end - part)) {
        std::int64_t own = sum(claimed, part);
        if (claimed_.compare_exchange_strong(own, claimed)) return;
      } else {
        full_.fetch_sub(part);
      }
      moved_.fetch_add(part);
    }

    std::atomic<std::int64_t> full_{std::numeric_limits<std::int64_t>::min()};
    std::atomic<std::int64_t> one_{1};      // what a unit costs, in ticks
    std::atomic<std::int64_t> depth_{0};    // the bucket, in ticks
    std::atomic<std::int64_t> moved_{0};    // of what is claimed, what full_ has been moved by
    std::atomic<std::int64_t> claimed_{0};  // all that is being or has been given back, in ticks
    std::atomic<std::int64_t> limit_{1};
    std::int64_t dropped_ = 0;  // given back by calls that could not tell the time
    std::int64_t dropped_until_ = 0;
    Duration window_{0};
    Duration late_{0};
    Unit unit_ = Unit::requests;
  };
};

ARAMID_END
