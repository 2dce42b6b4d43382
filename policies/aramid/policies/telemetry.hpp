// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/telemetry.hpp: what a client did, in counters and histograms.
//
//   Resilient<P, Telemetry, Backoff<...>, ...>     outermost, so that it sees whole calls
//   telemetry(client).totals()
//   telemetry(client).latency().quantile(percent(99))
//   metrics(client)                                with breaker and limiter, see <aramid/policies/metrics.hpp>
//
// Counts calls by how they ended, their latency, tokens and retries; per provider the calls it answered, how long
// they took, and the attempts it failed, by fault; of streams the time to the first output and the pace after it;
// per policy how often it refused and how long it held calls back. Up to 16 providers and 8 policies by name;
// further ones count as "other".
//
// When to use it: in every client; a second one inside a candidate tells about that candidate. When not: where
// calls take less than a microsecond and nobody looks.
//
// Cost: on success a histogram and its sum, of the thread's own: two plain increments, no lock and no atomic
// read-modify-write. Everything else is counted from events, on failure paths and once a stream. A reading adds up
// some thousand numbers for each thread and provider.
// Memory: 22 KB, and 8 KB for each further thread and provider, taken once, when it is first met.
// Thread-safety: lock-free; a snapshot is not one instant, but each number is exact.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/breaker_word.hpp>
#include <aramid/policies/name_table.hpp>
#include <aramid/policies/telemetry_shards.hpp>
#include <aramid/policy.hpp>

ARAMID_BEGIN

/// What `telemetry(client)` looks for.
struct TelemetryTag {};

/// The counters at one moment.
struct Totals {
  std::uint64_t calls = 0;  ///< ended, one way or the other
  std::uint64_t successes = 0;
  std::uint64_t dropped = 0;   ///< ended by an exception, or without an outcome
  Duration latency{0};         ///< of all calls that ended with an outcome together, waits included
  std::uint64_t tokens = 0;    ///< reported by providers for successful calls
  std::uint64_t attempts = 0;  ///< that were answered or failed, over all providers
  std::uint64_t retries = 0;
  std::uint64_t rate_limited = 0;  ///< 429s, and times our own limiter held a call back or refused it
  std::uint64_t circuit_breaker_blocks = 0;  ///< attempts refused by a breaker
  std::uint64_t failovers = 0;               ///< times another provider was asked instead
  std::uint64_t hedges = 0;
  std::uint64_t fallbacks = 0;           ///< calls that a Fallback answered
  std::uint64_t breaker_trips = 0;       ///< moves to open
  std::uint64_t breaker_recoveries = 0;  ///< moves to closed
};

/// One provider's share.
struct ProviderTotals {
  Name name;
  std::uint64_t success = 0;  ///< calls it answered
  std::uint64_t failure = 0;  ///< attempts it failed
};

/// What a policy did to calls.
struct PolicyTotals {
  Name name;
  std::uint64_t rejected = 0;
  std::uint64_t waits = 0;  ///< times it held a call back
  Duration waited{0};       ///< all of them together
};

class Telemetry {
  using Counter = detail::SharedCount;

 public:
  using Tag = TelemetryTag;
  static constexpr Name name = "Telemetry";
  static constexpr std::size_t max_providers = most_named_providers;
  static constexpr std::size_t max_policies = most_named_policies;

  struct Scope {
    Listener listener;
    Telemetry* owner = nullptr;
    Instant started{};
    Instant first_output{};
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
    const Duration took = elapsed(scope.started, now);
    if (failure == nullptr) [[likely]] {
      const std::size_t provider = providers_.number_of(ctx.provider());
      shards_.count(provider, took,
                    ctx.usage.known() ? static_cast<std::uint64_t>(ctx.usage.total()) : std::uint64_t{0});
      if (scope.first_output != Instant{}) [[unlikely]]
        count_stream(scope, ctx, provider, now);
    } else {
      add(ended_[static_cast<std::size_t>(failure->fault)]);
      failed_latency_.record<false>(took);
    }
    return Verdict::done();
  }

  /// The call was dropped or an exception passed through: it counts as failed, without a latency.
  void release(Scope& scope, Context& ctx) noexcept {
    ctx.listeners.unlink(scope.listener);
    add(dropped_);
  }

  [[nodiscard]] Totals totals() const noexcept {
    Totals totals;
    for (std::size_t i = 0; i <= max_providers; ++i) {
      totals.successes += shards_.successes(i);
      totals.attempts += failures_of(i);
    }
    totals.attempts += totals.successes;
    totals.dropped = detail::read(dropped_);
    totals.calls = totals.successes + totals.dropped;
    for (const Counter& ended : ended_) totals.calls += detail::read(ended);
    totals.latency = Duration{static_cast<std::int64_t>(shards_.sum() + detail::read(failed_latency_.sum))};
    totals.tokens = shards_.tokens();
    totals.retries = detail::read(retries_);
    totals.rate_limited = detail::read(rate_limited_);
    totals.circuit_breaker_blocks = detail::read(blocks_);
    totals.failovers = detail::read(failovers_);
    totals.hedges = detail::read(hedges_);
    totals.fallbacks = detail::read(fallbacks_);
    totals.breaker_trips = detail::read(trips_);
    totals.breaker_recoveries = detail::read(recoveries_);
    return totals;
  }
  /// Calls that ended with this fault.
  [[nodiscard]] std::uint64_t ended_with(Fault fault) const noexcept {
    return detail::read(ended_[static_cast<std::size_t>(fault)]);
  }

  /// Providers seen so far, "other" included.
  [[nodiscard]] std::size_t providers() const noexcept {
    const std::size_t known = providers_.size();
    const bool others = shards_.successes(max_providers) + failures_of(max_providers) > 0;
    return known + (others ? 1 : 0);
  }
  [[nodiscard]] Name provider_name(std::size_t i) const noexcept { return providers_.at(i); }
  [[nodiscard]] ProviderTotals provider(std::size_t i) const noexcept {
    const std::size_t place = place_of(i);
    return {providers_.at(i), shards_.successes(place), failures_of(place)};
  }
  /// Attempts that the i-th provider failed with this fault.
  [[nodiscard]] std::uint64_t failures(std::size_t i, Fault fault) const noexcept {
    return detail::read(failures_[place_of(i)][static_cast<std::size_t>(fault)]);
  }

  /// How long successful calls took, waits and retries included.
  [[nodiscard]] Histogram latency() const noexcept {
    Histogram all;
    for (std::size_t i = 0; i <= max_providers; ++i) shards_.add_into(i, all);
    return all;
  }
  /// Of those that the i-th provider answered.
  [[nodiscard]] Histogram latency(std::size_t i) const noexcept {
    Histogram all;
    shards_.add_into(place_of(i), all);
    return all;
  }
  /// How long calls took that ended with an error.
  [[nodiscard]] Histogram failed_latency() const noexcept {
    Histogram all;
    failed_latency_.add_into(all);
    return all;
  }
  /// Of streams of the i-th provider: from the beginning of the call to the first output.
  [[nodiscard]] Histogram time_to_first_output(std::size_t i) const noexcept {
    return read(first_outputs_[place_of(i)]);
  }
  /// Of streams whose output tokens were reported: how long each token took from the first output on.
  [[nodiscard]] Histogram time_per_output_token(std::size_t i) const noexcept {
    return read(token_times_[place_of(i)]);
  }

  /// Policies that have refused a call or held one back, "other" included.
  [[nodiscard]] std::size_t policies() const noexcept {
    const PolicySlot& others = policy_slots_[max_policies];
    return policies_.size() + (detail::read(others.rejected) + detail::read(others.waits) > 0 ? 1 : 0);
  }
  [[nodiscard]] PolicyTotals policy(std::size_t i) const noexcept {
    const PolicySlot& slot = policy_slots_[policy_place(i)];
    return {policies_.at(i), detail::read(slot.rejected), detail::read(slot.waits),
            Duration{static_cast<std::int64_t>(detail::read(slot.waited))}};
  }
  /// How long the i-th policy held calls back.
  [[nodiscard]] Histogram waits(std::size_t i) const noexcept {
    return read(policy_slots_[policy_place(i)].histogram);
  }

 private:
  struct PolicySlot {
    Counter rejected{0};
    Counter waits{0};
    Counter waited{0};
    detail::LazyHistogram histogram;
  };

  static constexpr EventMask interesting =
      mask_of(EventKind::attempt_failed, EventKind::retry_scheduled, EventKind::rejected, EventKind::waited,
              EventKind::first_output, EventKind::failed_over, EventKind::hedged, EventKind::fell_back,
              EventKind::breaker_moved);

  static void add(Counter& counter, std::uint64_t n = 1) noexcept { detail::add_to<false>(counter, n); }
  [[nodiscard]] static Histogram read(const detail::LazyHistogram& lazy) noexcept {
    Histogram all;
    lazy.add_into(all);
    return all;
  }
  [[nodiscard]] std::size_t place_of(std::size_t i) const noexcept {
    return i < providers_.size() ? i : max_providers;
  }
  [[nodiscard]] std::size_t policy_place(std::size_t i) const noexcept {
    return i < policies_.size() ? i : max_policies;
  }
  [[nodiscard]] std::uint64_t failures_of(std::size_t place) const noexcept {
    std::uint64_t sum = 0;
    for (const Counter& counter : failures_[place]) sum += detail::read(counter);
    return sum;
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
    add(rate_limited_);
  }
  void count_wait(const Event& event) noexcept {
    PolicySlot& slot = policy_slots_[policies_.number_of(event.policy)];
    add(slot.waits);
    add(slot.waited, static_cast<std::uint64_t>(event.duration.count()));
    slot.histogram.record(event.duration);
  }

  ARAMID_COLD void count_stream(const Scope& scope, const Context& ctx, std::size_t provider,
                                Instant now) noexcept {
    first_outputs_[provider].record(elapsed(scope.started, scope.first_output));
    if (ctx.usage.output_tokens > 0)
      token_times_[provider].record(elapsed(scope.first_output, now) / ctx.usage.output_tokens);
  }

  ARAMID_COLD void count(Scope& scope, const Event& event) noexcept {
    switch (event.kind) {
      case EventKind::attempt_failed:
        add(failures_[providers_.number_of(event.provider)][static_cast<std::size_t>(event.fault)]);
        if (event.fault == Fault::rate_limited) add(rate_limited_);
        break;
      case EventKind::retry_scheduled:
        add(retries_);
        break;
      case EventKind::waited:
        count_wait(event);
        if (event.reason == Reason::over_quota || event.reason == Reason::frozen) {
          count_held_back(scope, event);
        }
        break;
      case EventKind::rejected:
        if (!event.policy.empty()) add(policy_slots_[policies_.number_of(event.policy)].rejected);
        if (event.fault == Fault::circuit_open) add(blocks_);
        if (event.fault == Fault::throttled) count_held_back(scope, event);
        break;
      case EventKind::first_output:
        scope.first_output = event.at;
        break;
      case EventKind::failed_over:
        add(failovers_);
        break;
      case EventKind::hedged:
        add(hedges_);
        break;
      case EventKind::fell_back:
        add(fallbacks_);
        break;
      case EventKind::breaker_moved:
        if (event.limit == static_cast<std::int64_t>(BreakerState::open)) add(trips_);
        if (event.limit == static_cast<std::int64_t>(BreakerState::closed)) add(recoveries_);
        break;
      default:
        break;
    }
  }

  detail::NameTable<max_providers> providers_;
  detail::NameTable<max_policies> policies_;
  detail::TelemetryShards shards_;
  Counter ended_[fault_count]{};
  Counter dropped_{0};
  Counter retries_{0};
  Counter rate_limited_{0};
  Counter blocks_{0};
  Counter failovers_{0};
  Counter hedges_{0};
  Counter fallbacks_{0};
  Counter trips_{0};
  Counter recoveries_{0};
  Counter failures_[max_providers + 1][fault_count]{};
  detail::LiveHistogram failed_latency_;
  detail::LazyHistogram first_outputs_[max_providers + 1];
  detail::LazyHistogram token_times_[max_providers + 1];
  PolicySlot policy_slots_[max_policies + 1];
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
