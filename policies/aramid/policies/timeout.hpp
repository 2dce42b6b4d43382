// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/timeout.hpp: a limit on how long everything inside may take.
//
//   Resilient<P, Timeout<30s>, Backoff<...>>   bounds the whole call, waits included
//   Resilient<P, Backoff<...>, Timeout<30s>>   bounds each attempt
//   Timeout<> with TimeoutSettings{30s}        set at run time
//
// When to use it: always; without a limit a provider that hangs takes its caller with it. When not: for streams
// that may run for minutes as long as they get on (<aramid/policies/phase_timeout.hpp>), or where nobody can say
// how long is too long (<aramid/policies/adaptive_timeout.hpp>).
//
// It moves `ctx.deadline` nearer, never further away, and puts it back. Waits inside are refused or cut at the
// deadline; the provider is expected to look at it: the HTTP adapter does, `Preempt` helps one that looks only at
// its stop token, a callable that ignores both runs to its end. A result that arrives with the limit or after it
// is a result.
// Its own limit is `timed_out`; the caller's deadline, when that is nearer, is `deadline_exceeded`, which is not
// retried and no evidence against the provider (<aramid/policies/time_limit.hpp>).
//
// Cost: one compare, three stores; no reading of the clock that the stack does not make anyway.
// Thread-safety: stateless.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policies/time_limit.hpp>
#include <aramid/settings.hpp>

ARAMID_BEGIN

struct TimeoutSettings {
  Span limit = Duration{30'000'000'000};  ///< > 0

  friend constexpr bool operator==(const TimeoutSettings&, const TimeoutSettings&) = default;
};

namespace detail {

template <Span Limit>
struct FixedTimeout {
  static consteval bool check() noexcept {
    static_assert(positive(Limit),
                  "aramid: the limit of a Timeout must be above 0. For no limit leave the policy out");
    return true;
  }
  static constexpr Duration bound = Limit;
  [[nodiscard]] static constexpr Duration limit() noexcept { return Limit; }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return smaller(inner, bound);
  }
  [[nodiscard]] static std::string describe() { return to_text(Limit); }
};

template <>
struct FixedTimeout<span_at_run_time> {
  using Settings = TimeoutSettings;
  constexpr FixedTimeout() noexcept = default;
  constexpr explicit FixedTimeout(const TimeoutSettings& settings) : limit_{settings.limit} {
    require_setting(positive(settings.limit), "TimeoutSettings::limit", settings.limit, "above 0");
  }
  [[nodiscard]] constexpr Duration limit() const noexcept { return limit_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  Duration limit_ = TimeoutSettings{}.limit;
};

}  // namespace detail

template <Span Limit = span_at_run_time>
class Timeout : public detail::FixedTimeout<Limit> {
 public:
  using detail::FixedTimeout<Limit>::FixedTimeout;
  static constexpr Name name = "Timeout";
  static constexpr bool limits_time = true;

  using Scope = TimeLimit;

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.begin(ctx, this->limit(), now);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if (failure != nullptr) [[unlikely]]
      return scope.judge(ctx, *failure, now);
    scope.end(ctx);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { scope.end(ctx); }
};

ARAMID_END
