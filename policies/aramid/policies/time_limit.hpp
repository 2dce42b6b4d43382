// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/time_limit.hpp: moves a call's deadline nearer, puts it back, and says whose limit was reached.
//
// What every policy that bounds time is built on; for policies of your own too:
//
//   using Scope = TimeLimit;
//   admit:    scope.begin(ctx, limit, now);
//   settle:   failure == nullptr ? (scope.end(ctx), Verdict::done()) : scope.judge(ctx, *failure, now);
//   release:  scope.end(ctx);
//
//   failure                             nearer: this limit                      nearer: the deadline outside it
//   timed_out, that limit is reached    stays, with Phase::total                becomes deadline_exceeded
//   deadline_exceeded, after attempts   becomes timed_out once it is reached    stays
//   deadline_exceeded, without any      stays: only a queue in here was slow    stays
//   anything else                       stays                                   stays
//
// So `timed_out`, which is retried and counts against the provider, is said only of a provider that was asked and
// had the whole limit. A failure that names another phase was that phase's, whatever the time.
// Cost: one compare, three stores. Thread-safety: a Scope's.
#pragma once

#include <aramid/policy.hpp>

ARAMID_BEGIN

class TimeLimit {
 public:
  /// Moves `ctx.deadline` to `limit` from now, unless it is nearer already.
  void begin(Context& ctx, Duration limit, Instant now) noexcept {
    outer_ = ctx.deadline;
    attempts_ = ctx.attempt();
    ctx.deadline = smaller(ctx.deadline, saturating_add(now, limit));
  }
  /// Puts it back.
  void end(Context& ctx) const noexcept { ctx.deadline = outer_; }

  /// Whether this limit is the nearer one, and it is reached. Between `begin` and `end`.
  [[nodiscard]] bool reached(const Context& ctx, Instant now) const noexcept {
    return ctx.deadline < outer_ && now >= ctx.deadline;
  }
  /// Whether an attempt was made inside.
  [[nodiscard]] bool attempted(const Context& ctx) const noexcept { return ctx.attempt() != attempts_; }

  /// Puts the deadline back, and says what `failure` is called from here on, outwards.
  [[nodiscard]] ARAMID_COLD Verdict judge(Context& ctx, const Error& failure, Instant now) const noexcept {
    const Instant deadline = ctx.deadline;
    end(ctx);
    if (now < deadline || (failure.phase != Phase::none && failure.phase != Phase::total))
      return Verdict::done();
    const bool own = deadline < outer_;
    if (failure.fault == Fault::timed_out) {
      return own ? Verdict::rename(Fault::timed_out, Reason::none, Phase::total)
                 : Verdict::rename(Fault::deadline_exceeded);
    }
    if (failure.fault == Fault::deadline_exceeded && own && attempted(ctx))
      return Verdict::rename(Fault::timed_out, Reason::none, Phase::total);
    return Verdict::done();
  }

 private:
  Instant outer_{};
  unsigned attempts_ = 0;  // made before
};

ARAMID_END
