// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/leased.hpp: a limiter whose threads take permits in batches, so that they do not meet.
//
//   Leased<Limiter<TokenBucket<>, RPS<1'000'000>>, 100>
//   limiter(client).usage()                              as any limiter's; a lease counts as used
//
// A thread takes `Batch` permits at once and spends them one by one, without touching what other threads touch. A
// lease ends after a twentieth of the shortest window; what is left of it goes back when its thread comes again.
// Never an overshoot: the quotas are kept as if each permit were used at the last moment of its lease (a window
// counts it for that much longer, a bucket is that much smaller), which costs up to a twentieth of the quota. At
// most one batch a thread lies unused, for a lease's length and the window it was counted in.
//
// Where a batch is not to be had, where somebody waits or is frozen, and once a server reports what is left, a call
// goes to the limiter itself, as do the calls of further threads than `Threads`.
//
// When to use it: for rates of 100,000 and more a second on several threads. When not: for token quotas (costs
// differ from call to call; such a limiter does not compile, and such settings are refused), or where calls take
// longer than microseconds.
//
// Cost: a thread-local read and a few plain loads and stores on a cache line of the thread's own. Memory: 64 bytes,
// and as many a thread with up to two quotas, 192 with quotas set at run time. Thread-safety: yes.
#pragma once

#include <aramid/policies/limiter.hpp>
#include <aramid/policies/thread_slot.hpp>

#include <cstddef>  // byte

ARAMID_BEGIN

namespace detail {

/// Stands before a limiter and fills the cache line up to the end of the word that every call reads: what follows
/// it is written by whoever takes a lease.
template <std::size_t BytesBeforeWord>
struct LeaseTerm {
  static constexpr std::size_t fill = (64 - 8 + 64 - BytesBeforeWord % 64) % 64;

  Duration lease_{0};
  std::byte unused_[fill > sizeof(Duration) ? fill - sizeof(Duration) : fill + 64 - sizeof(Duration)];
};

}  // namespace detail

template <class L, unsigned Batch, unsigned Threads = 64>
class Leased : detail::LeaseTerm<L::bytes_before_word>, public L {
  using Grant = decltype(L::Scope::grant);

 public:
  static consteval bool check() noexcept {
    static_assert(
        Batch >= 2 && Batch <= 1'000'000,
        "aramid: Leased<Limiter, Batch, Threads>: Batch is the number of permits in a lease, 2 to 1000000");
    static_assert(Threads >= 1 && Threads <= unsigned{detail::ThreadSlots::count},
                  "aramid: Leased<Limiter, Batch, Threads>: Threads is 1 to 256");
    static_assert(
        L::takes_late(lease_parts),
        "aramid: Leased<Limiter, ...>: the limiter's algorithm is SlidingWindow, SlidingCounter<N> or "
        "TokenBucket<Percent> with a Percent above 5");
    static_assert(L::only_requests,
                  "aramid: Leased<Limiter, ...>: all quotas of the limiter are of requests");
    return L::check();
  }

  struct Scope : L::Scope {
    std::uint32_t serial = 0;  // of the lease, 0: none
    std::uint32_t amount = 0;
  };

  Leased() { start(); }
  template <class Given>
    requires std::constructible_from<L, const Given&>
  explicit Leased(const Given& settings) : L{settings} {
    for (const Quota<>& quota : this->quotas()) {
      require_setting(quota.unit == Unit::requests, "LimiterSettings::quotas[].unit", to_string(quota.unit),
                      "requests, as this limiter is Leased");
    }
    start();
  }

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    const int slot = detail::ThreadSlots::mine();
    if (slot < int{Threads} && spend(leases_[slot], scope, ctx, now)) [[likely]]
      return Admission::proceed();
    return admit_anew(slot, scope, ctx, now);
  }

  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    if (scope.serial == 0) return L::settle(scope, ctx, failure, now);
    if (failure != nullptr) [[unlikely]] {
      const bool counted =
          ctx.attempt() != scope.attempts && ruling(*failure).reservation != Reservation::give_back;
      if (!counted) put_back(scope);
    }
    hear(scope, ctx, failure, now);
    scope.serial = 0;
    return Verdict::done();
  }

  void release(Scope& scope, Context& ctx) noexcept {
    if (scope.serial == 0) return L::release(scope, ctx);
    if (ctx.attempt() == scope.attempts) put_back(scope);
    scope.serial = 0;
  }

  /// What is left of the calling thread's lease goes back at once. For a thread that will not call for a while.
  void return_unused(Instant now = SteadyClock::now()) noexcept {
    const int slot = detail::ThreadSlots::mine();
    if (slot < int{Threads}) give_up(leases_[slot], now);
  }
  /// Permits that the calling thread holds and has not used.
  [[nodiscard]] std::int64_t unused(Instant now = SteadyClock::now()) const noexcept {
    const int slot = detail::ThreadSlots::mine();
    return slot < int{Threads} && now < leases_[slot].ends ? leases_[slot].left : 0;
  }

  [[nodiscard]] static std::string describe() {
    return L::describe() + ", leased " + std::to_string(Batch) + " at a time";
  }

 private:
  static constexpr int lease_parts = 20;
  static constexpr Cost batch{.requests = Batch};

  // Only the thread whose number it has touches it.
  struct alignas(64) Lease {
    std::int64_t left = 0;
    Instant ends = Instant::min();
    std::uint32_t serial = 0;  // the thread's number in its last bits: no two threads have the same
    Grant grant;
  };

  void start() {
    if constexpr (L::takes_late(lease_parts)) {
      this->lease_ = this->shortest_window() / lease_parts;
      this->allow_late(this->lease_);
    }
  }

  ARAMID_INLINE bool spend(Lease& lease, Scope& scope, const Context& ctx, Instant now) noexcept {
    const std::int64_t amount = ctx.cost.requests;
    if (amount <= 0 || amount > lease.left || now >= lease.ends || scope.queued || this->hurried())
        [[unlikely]]
      return false;
    lease.left -= amount;
    scope.serial = lease.serial;
    scope.amount = static_cast<std::uint32_t>(amount);
    scope.attempts = ctx.attempt();
    return true;
  }
  ARAMID_COLD Admission admit_anew(int slot, Scope& scope, Context& ctx, Instant now) noexcept {
    if (slot < int{Threads} && ctx.cost.requests <= Batch && !scope.queued && renew(slot, now) &&
        spend(leases_[slot], scope, ctx, now)) {
      return Admission::proceed();
    }
    return L::admit(scope, ctx, now);
  }

  void give_up(Lease& lease, Instant now) noexcept {
    if (lease.left > 0) this->give_back(lease.grant, batch, Cost{.requests = Batch - lease.left}, now);
    lease.left = 0;
  }
  bool renew(int slot, Instant now) noexcept {
    Lease& lease = leases_[slot];
    // While the limiter is in a hurry the lease is kept: what is in it has been counted.
    if (this->hurried() && now < lease.ends) return false;
    give_up(lease, now);
    if (!this->take_ahead(lease.grant, batch, now)) return false;
    lease.left = Batch;
    lease.ends = saturating_add(now, this->lease_);
    constexpr std::uint32_t next = detail::ThreadSlots::count;
    lease.serial = (lease.serial | static_cast<std::uint32_t>(slot)) + next;
    if (lease.serial < next) lease.serial += next;  // never 0
    return true;
  }
  // A report's place is that of the lease. Once it is made, nobody spends leases any more.
  ARAMID_INLINE void hear(Scope& scope, const Context& ctx, const Error* failure, Instant now) noexcept {
    const int slot = detail::ThreadSlots::mine();
    if (slot < int{Threads} && leases_[slot].serial == scope.serial) [[likely]] {
      L::hear(scope, leases_[slot].grant, ctx, failure, now);
    } else if (failure != nullptr) {
      L::freeze(scope, ctx, *failure, now);
    }
  }
  // Into the lease that it came from; on another thread, or after the lease, it stays counted until its window
  // ends.
  void put_back(const Scope& scope) noexcept {
    const int slot = detail::ThreadSlots::mine();
    if (slot >= int{Threads} || leases_[slot].serial != scope.serial) return;
    leases_[slot].left += scope.amount;
  }

  Lease leases_[Threads];
};

ARAMID_END
