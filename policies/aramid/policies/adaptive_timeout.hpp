// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/adaptive_timeout.hpp: a limit that follows what is normal for the provider.
//
//   AdaptiveTimeout<99, 300, 1s, 60s>                    three times the 99th percentile of recent latencies, but
//                                                        at least 1 s and at most 60 s
//   AdaptiveTimeout<per_mille(999), 200, 1s, 60s, 60s>   any exact quantile; of the last 1 to 2 minutes
//   AdaptiveTimeout<> with AdaptiveTimeoutSettings{...}  set at run time
//   adaptive_timeout(client).now()                       which limit it would use, and why
//
// When to use it: innermost, around a provider of which nobody can say how long is too long, or whose speed changes
// from day to day. When not: around calls whose durations differ by their nature (a short and a long answer are no
// outliers of each other: see PhaseTimeout), or with a few calls an hour, which never fill the window.
//
// Until `warm_up` samples the ceiling applies, and again when the last sample is more than one to two windows old.
// A sample is the time from admission to a success. A call that reaches the limit counts as a sample at the
// limit, or so far above it that the limit doubles: a provider that has become slower is not timed out for ever,
// once such calls make up more of the window than the quantile leaves out (1 % for the 99th percentile). Other
// failures, and calls that the caller's own deadline ended, are no samples.
//
// Cost: to admit two relaxed loads, a product and two compares; to settle one relaxed increment; 5.7 KB of
// memory. No reading of the clock of its own. Thread-safety: lock-free. Source: our own; see RecentLatency.
#pragma once

#include <aramid/policies/adaptive_timeout_settings.hpp>
#include <aramid/policies/time_limit.hpp>
#include <aramid/recent_latency.hpp>

ARAMID_BEGIN

/// What an AdaptiveTimeout would do, and why.
struct AdaptiveLimit {
  Duration limit{0};
  std::optional<Duration> quantile;  ///< of the recent latencies; none: warming up, and the ceiling applies
  std::uint64_t samples = 0;         ///< recent latencies known
};

template <auto Quantile = AtRunTime{}, unsigned Percent = 300, Span Floor = Duration{1'000'000'000},
          Span Ceiling = Duration{60'000'000'000}, Span Window = Duration{300'000'000'000},
          unsigned WarmUp = 20>
class AdaptiveTimeout : public detail::AdaptiveLimits<Quantile, Percent, Floor, Ceiling, Window, WarmUp> {
  using Limits = detail::AdaptiveLimits<Quantile, Percent, Floor, Ceiling, Window, WarmUp>;

 public:
  using Limits::Limits;
  using Tag = AdaptiveTimeoutTag;
  static constexpr Name name = "AdaptiveTimeout";
  static constexpr bool limits_time = true;

  struct Scope {
    TimeLimit time;
    Instant admitted{};
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.admitted = now;
    scope.time.begin(ctx, limit(latency_.quantile(now)), now);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if (failure != nullptr) [[unlikely]]
      return judge(scope, ctx, *failure, now);
    scope.time.end(ctx);
    latency_.record(elapsed(scope.admitted, now), now);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { scope.time.end(ctx); }

  /// What a call would be given now.
  [[nodiscard]] AdaptiveLimit now(Instant now = SteadyClock::now()) const noexcept {
    const std::optional<Duration> quantile = latency_.quantile(now);
    return {limit(quantile), quantile, latency_.samples(now)};
  }

 private:
  [[nodiscard]] Duration limit(std::optional<Duration> quantile) const noexcept {
    const AdaptiveTimeoutSettings& settings = this->settings();
    if (!quantile) return settings.ceiling;
    // At most 2^42 ns times 10'000.
    const Duration wanted{quantile->count() * settings.multiple / 100};
    return smaller(larger(wanted, settings.floor.duration()), settings.ceiling.duration());
  }

  ARAMID_COLD Verdict judge(Scope& scope, Context& ctx, const Error& failure, Instant now) noexcept {
    const bool late = failure.fault == Fault::timed_out || failure.fault == Fault::interrupted ||
                      failure.fault == Fault::deadline_exceeded;
    const bool ours = failure.phase == Phase::none || failure.phase == Phase::total;
    if (late && ours && scope.time.reached(ctx, now) && scope.time.attempted(ctx)) {
      const Duration given = elapsed(scope.admitted, ctx.deadline);
      const Duration doubling = saturating_mul(given, 200) / this->settings().multiple;
      latency_.record_at_once(larger(elapsed(scope.admitted, now), doubling), now);
    }
    return scope.time.judge(ctx, failure, now);
  }

  RecentLatency latency_{this->latency_settings()};
};

/// The adaptive timeout inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& adaptive_timeout(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, AdaptiveTimeoutTag>();
  static_assert(found != 0, "aramid: adaptive_timeout(client): this client has no AdaptiveTimeout");
  static_assert(
      found <= 1,
      "aramid: adaptive_timeout(client): this client has more than one AdaptiveTimeout; choose a candidate "
      "with adaptive_timeout(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<AdaptiveTimeoutTag>();
  } else {
    return client;
  }
}

ARAMID_END
