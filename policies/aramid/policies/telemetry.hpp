// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/telemetry.hpp: what a client did, in counters.
//
//   Resilient<P, Telemetry, Backoff<...>, ...>     outermost, so that it sees whole calls
//   telemetry(client).totals()
//   metrics(client)                                with breaker and limiter, see <aramid/policies/metrics.hpp>
//
// Counts calls, their latency, tokens and retries, and per provider the calls it answered and the attempts it
// failed. Up to 16 providers by name; further ones count as "other".
//
// Cost: three relaxed additions on success, no lock; everything else is counted from events, on failure paths.
// Thread-safety: lock-free; a snapshot is not one instant, but each number is exact.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policy.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

/// What `telemetry(client)` looks for.
struct TelemetryTag {};

/// The counters at one moment.
struct Totals {
  std::uint64_t calls = 0;  ///< ended, one way or the other
  std::uint64_t successes = 0;
  Duration latency{0};       ///< of all ended calls together, waits included
  std::uint64_t tokens = 0;  ///< reported by providers for successful calls
  std::uint64_t retries = 0;
  std::uint64_t rate_limited = 0;  ///< 429s, and times our own limiter held a call back or refused it
  std::uint64_t circuit_breaker_blocks = 0;  ///< attempts refused by a breaker
};

/// One provider's share.
struct ProviderTotals {
  Name name;
  std::uint64_t success = 0;  ///< calls it answered
  std::uint64_t failure = 0;  ///< attempts it failed
};

class Telemetry {
  using Counter = std::atomic<std::uint64_t>;

 public:
  using Tag = TelemetryTag;
  static constexpr Name name = "Telemetry";
  static constexpr std::size_t max_providers = 16;

  struct Scope {
    Listener listener;
    Telemetry* owner = nullptr;
    Instant started{};
    unsigned held_back_before = 0;  // number of the attempt that the limiter held back last
  };

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.listener = Listener{interesting, &Telemetry::hear};
    scope.owner = this;
    scope.started = now;
    ctx.listeners.link(scope.listener);
    return Admission::proceed();
  }

  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    ctx.listeners.unlink(scope.listener);
    add(latency_, static_cast<std::uint64_t>(elapsed(scope.started, now).count()));
    if (failure == nullptr) [[likely]] {
      add(slot(ctx.provider()).success, 1);
      if (ctx.usage.known()) add(tokens_, static_cast<std::uint64_t>(ctx.usage.total()));
    } else {
      add(failed_calls_, 1);
    }
    return Verdict::done();
  }

  /// The call was dropped or an exception passed through: it counts as failed, without a latency.
  void release(Scope& scope, Context& ctx) noexcept {
    ctx.listeners.unlink(scope.listener);
    add(failed_calls_, 1);
  }

  [[nodiscard]] Totals totals() const noexcept {
    Totals totals;
    for (std::size_t i = 0; i < providers(); ++i) totals.successes += provider(i).success;
    totals.calls = totals.successes + read(failed_calls_);
    totals.latency = Duration{static_cast<std::int64_t>(read(latency_))};
    totals.tokens = read(tokens_);
    totals.retries = read(retries_);
    totals.rate_limited = read(rate_limited_);
    totals.circuit_breaker_blocks = read(blocks_);
    return totals;
  }
  /// Providers seen so far, "other" included.
  [[nodiscard]] std::size_t providers() const noexcept {
    std::size_t count = 0;
    while (count < max_providers && slots_[count].name.load(std::memory_order_acquire) != nullptr) ++count;
    const Slot& other = slots_[max_providers];
    return count + (read(other.success) + read(other.failure) > 0 ? 1 : 0);
  }
  [[nodiscard]] ProviderTotals provider(std::size_t i) const noexcept {
    const char* known = i < max_providers ? slots_[i].name.load(std::memory_order_acquire) : nullptr;
    const Slot& slot = known != nullptr ? slots_[i] : slots_[max_providers];
    return {known != nullptr ? Name{known} : Name{"other"}, read(slot.success), read(slot.failure)};
  }

 private:
  struct Slot {
    std::atomic<const char*> name{nullptr};
    Counter success{0};
    Counter failure{0};
  };

  static constexpr EventMask interesting =
      mask_of(EventKind::attempt_failed, EventKind::retry_scheduled, EventKind::rejected, EventKind::waited);

  static void add(Counter& counter, std::uint64_t n) noexcept {
    counter.fetch_add(n, std::memory_order_relaxed);
  }
  [[nodiscard]] static std::uint64_t read(const Counter& counter) noexcept {
    return counter.load(std::memory_order_relaxed);
  }

  static void hear(Listener& listener, const Event& event) noexcept {
    // The listener is the scope's first member.
    static_assert(std::is_standard_layout_v<Scope>);
    Scope& scope = reinterpret_cast<Scope&>(listener);
    scope.owner->count(scope, event);
  }

  // Once per attempt, however often its wait was cut in pieces, and whether or not it was refused after all.
  void count_held_back(Scope& scope, const Event& event) noexcept {
    if (scope.held_back_before == event.attempt + 1) return;
    scope.held_back_before = event.attempt + 1;
    add(rate_limited_, 1);
  }

  ARAMID_COLD void count(Scope& scope, const Event& event) noexcept {
    switch (event.kind) {
      case EventKind::attempt_failed:
        add(slot(event.provider).failure, 1);
        if (event.fault == Fault::rate_limited) add(rate_limited_, 1);
        break;
      case EventKind::retry_scheduled:
        add(retries_, 1);
        break;
      case EventKind::waited:
        if (event.reason == Reason::over_quota || event.reason == Reason::frozen) {
          count_held_back(scope, event);
        }
        break;
      case EventKind::rejected:
        if (event.fault == Fault::circuit_open) add(blocks_, 1);
        if (event.fault == Fault::throttled) count_held_back(scope, event);
        break;
      default:
        break;
    }
  }

  [[nodiscard]] ARAMID_INLINE Slot& slot(Name provider) noexcept {
    if (slots_[0].name.load(std::memory_order_acquire) == provider.c_str()) [[likely]]
      return slots_[0];
    return find_slot(provider);
  }
  ARAMID_COLD Slot& find_slot(Name provider) noexcept {
    for (std::size_t i = 0; i < max_providers; ++i) {
      const char* known = slots_[i].name.load(std::memory_order_acquire);
      if (known == nullptr &&
          slots_[i].name.compare_exchange_strong(known, provider.c_str(), std::memory_order_acq_rel)) {
        return slots_[i];
      }
      if (Name{known} == provider) return slots_[i];
    }
    return slots_[max_providers];
  }

  Counter latency_{0};
  Counter tokens_{0};
  Counter failed_calls_{0};
  Counter retries_{0};
  Counter rate_limited_{0};
  Counter blocks_{0};
  Slot slots_[max_providers + 1];
};

/// The telemetry inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& telemetry(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, TelemetryTag>();
  static_assert(found != 0, "aramid: telemetry(client): this client has no Telemetry");
  static_assert(found <= 1,
                "aramid: telemetry(client): this client has more than one Telemetry; choose a candidate "
                "with telemetry(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<TelemetryTag>();
  } else {
    return client;
  }
}

ARAMID_END
