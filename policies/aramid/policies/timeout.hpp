// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/timeout.hpp: a limit on how long everything inside may take.
//
//   Resilient<P, Timeout<30s>, Backoff<...>>   bounds the whole call, waits included
//   Resilient<P, Backoff<...>, Timeout<30s>>   bounds each attempt
//   Timeout<> with TimeoutSettings{30s}        set at run time
//
// It moves `ctx.deadline` nearer, never further away, and puts it back. Waits inside are refused or cut at the
// deadline; the provider is expected to look at it: the HTTP adapter does, a callable that ignores it runs to
// its end. A result that arrives late is still a result. When not to use it: as the only means against a
// provider that never returns.
//
// Cost: one compare. Thread-safety: stateless.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policy.hpp>
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

  struct Scope {
    Instant outer{};
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.outer = ctx.deadline;
    ctx.deadline = smaller(ctx.deadline, saturating_add(now, this->limit()));
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error*, Instant) noexcept {
    ctx.deadline = scope.outer;
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { ctx.deadline = scope.outer; }
};

ARAMID_END
