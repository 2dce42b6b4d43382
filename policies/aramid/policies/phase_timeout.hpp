// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/phase_timeout.hpp: a limit for each part of an attempt, for answers that come as a stream.
//
//   PhaseTimeout<Connect<5s>, FirstOutput<60s>, Idle<120s>, Total<600s>>
//   PhaseTimeout<FirstOutput<60s>, Idle<120s>, Silence<30s>>    any of the five, in any order, each once
//   PhaseTimeout<> with PhaseTimeoutSettings{...}               set at run time
//   error.phase                                                 which of them it was
//
//   Connect      until there is a connection, name lookup and handshakes included
//   FirstOutput  until the first output, from the beginning of the attempt
//   Idle         from one output to the next; comments, pings and empty chunks are no output
//   Silence      from one byte to the next, whatever the bytes are
//   Total        everything inside, as a Timeout does
//
// When to use it: around a provider that streams. A healthy stream may run for minutes, so a Timeout is either
// too short for it or too long for one that is stuck. When not: around providers that know no phases: they keep
// to Total alone. The HTTP and chat adapters know them; for your own see <aramid/phase.hpp>.
//
// Before the first output Idle does not run: a model may think. Silence runs all the time; once there is output,
// one that is not shorter than Idle never fires. A limit that is reached is `timed_out`, or `interrupted` once
// output has reached the caller. Inside retries or around them, the phases are each attempt's; Total is of
// everything inside.
//
// Cost: as a Timeout, and one store. Thread-safety: stateless.
#pragma once

#include <aramid/policies/phase_limits.hpp>
#include <aramid/policies/time_limit.hpp>

ARAMID_BEGIN

template <class... Limits>
class PhaseTimeout : public detail::PhaseLimitsOf<Limits...> {
 public:
  using detail::PhaseLimitsOf<Limits...>::PhaseLimitsOf;
  static constexpr Name name = "PhaseTimeout";

  struct Scope {
    TimeLimit time;
    const PhaseLimits* outer = nullptr;
    PhaseLimits both;  // used if there are limits outside too
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.time.begin(ctx, this->total(), now);
    scope.outer = ctx.phases;
    ctx.phases = &this->phases();
    if (scope.outer != nullptr) [[unlikely]] {
      scope.both = shorter(*scope.outer, this->phases());
      ctx.phases = &scope.both;
    }
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    ctx.phases = scope.outer;
    if (failure != nullptr) [[unlikely]]
      return scope.time.judge(ctx, *failure, now);
    scope.time.end(ctx);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept {
    ctx.phases = scope.outer;
    scope.time.end(ctx);
  }
};

ARAMID_END
