// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policy.hpp: the contract of a policy.
//
// A policy decides, a driver waits. A policy is shared state plus a small per-call `Scope`; it never sleeps,
// reads a clock, calls the provider, throws, logs or allocates on the success path.
//
//   struct AtMostOnce {
//     static constexpr Name name = "AtMostOnce";
//     struct Scope { bool held = false; };
//     Admission admit(Scope&, Context&, Instant now) noexcept;
//     Verdict settle(Scope&, Context&, const Error* failure, Instant now) noexcept;
//     void release(Scope&, Context&) noexcept;
//   };
//
//   admit    on the way in, outermost first: proceed, wait, or reject. Asked again after a wait.
//   settle   on the way out, innermost first; `failure` is null on success. Done, or again after a delay.
//            After `again` the scope lives on and is settled or released once more.
//   release  the call ended without an outcome for this level: an exception passed through, the call was
//            dropped, or its wait was cut off. Gives back whatever the scope holds.
//
// Each level that was admitted is settled or released exactly once, on every path; a level that rejects
// holds nothing. Thread-safety: many calls at once, each with its own Scope; a Scope belongs to one thread.
#pragma once

#include <aramid/context.hpp>
#include <aramid/error.hpp>

#include <concepts>     // same_as, default_initializable, movable
#include <type_traits>  // remove_cvref_t

ARAMID_BEGIN

/// What `admit` answers. Sixteen bytes, so that it is returned in registers.
struct Admission {
  enum class Kind : std::uint8_t { proceed, wait, reject };

  Kind kind = Kind::proceed;
  Fault fault = Fault::unknown;
  Reason reason = Reason::none;
  union {
    Instant until{};       ///< with wait
    Duration retry_after;  ///< with reject; < 0: not known
  };

  [[nodiscard]] static constexpr Admission proceed() noexcept { return {}; }
  /// Ask again at `until`. The call is refused at once if its deadline comes first, and with `fault` if another
  /// provider can be asked instead (never with `Fault::unknown`).
  [[nodiscard]] static constexpr Admission wait_until(Instant until, Reason reason = Reason::none,
                                                      Fault fault = Fault::throttled) noexcept {
    Admission answer;
    answer.kind = Kind::wait;
    answer.fault = fault;
    answer.reason = reason;
    answer.until = until;
    return answer;
  }
  /// Ask again when the scope's waker is woken, or the deadline comes.
  [[nodiscard]] static constexpr Admission wait_for_wake(Reason reason = Reason::none,
                                                         Fault fault = Fault::throttled) noexcept {
    return wait_until(Instant::max(), reason, fault);
  }
  /// Say with `ctx.compare(measured, limit)` which numbers decided.
  [[nodiscard]] static constexpr Admission reject(Fault fault, Reason reason,
                                                  Duration retry_after = Duration{-1}) noexcept {
    Admission answer;
    answer.kind = Kind::reject;
    answer.fault = fault;
    answer.reason = reason;
    answer.retry_after = retry_after;
    return answer;
  }
};

/// What `settle` answers. `again` is a wish: the call refuses it after a commit, a stop request, at the
/// ceiling on attempts, and when the attempt could not begin before the deadline.
struct Verdict {
  bool again = false;
  bool transparent = false;      ///< with again: the attempt that failed never left, and does not count
  bool renames = false;          ///< the failure is `fault` from here on, outwards
  Fault fault = Fault::unknown;  ///< with renames
  Phase phase = Phase::none;     ///< with renames: the limit that was reached
  Reason reason = Reason::none;  ///< with done: why this policy, which could have gone on, did not
  Duration after{0};

  [[nodiscard]] static constexpr Verdict done(Reason reason = Reason::none) noexcept {
    Verdict verdict;
    verdict.reason = reason;
    return verdict;
  }
  [[nodiscard]] static constexpr Verdict again_after(Duration delay) noexcept {
    Verdict verdict;
    verdict.again = true;
    verdict.after = delay;
    return verdict;
  }
  /// Again at once; the attempt is given back and no budget is charged. For a failure of which `never_left` is
  /// true.
  [[nodiscard]] static constexpr Verdict again_transparently() noexcept {
    Verdict verdict = again_after(Duration::zero());
    verdict.transparent = true;
    return verdict;
  }
  /// Done, because another provider is ready now, which is better than waiting `wait` here.
  [[nodiscard]] static constexpr Verdict elsewhere(Duration wait) noexcept {
    Verdict verdict = done(Reason::elsewhere);
    verdict.after = wait;
    return verdict;
  }
  /// Done, but what failed is called `fault` from here on: only this policy knows what it was.
  [[nodiscard]] static constexpr Verdict rename(Fault fault, Reason reason = Reason::none,
                                                Phase phase = Phase::none) noexcept {
    Verdict verdict = done(reason);
    verdict.renames = true;
    verdict.fault = fault;
    verdict.phase = phase;
    return verdict;
  }
};

template <class P>
concept HasScope = requires { typename P::Scope; } && std::default_initializable<typename P::Scope> &&
                   std::movable<typename P::Scope>;

template <class P>
concept Admits = HasScope<P> && requires(P& policy, typename P::Scope& scope, Context& ctx, Instant now) {
  { policy.admit(scope, ctx, now) } noexcept -> std::same_as<Admission>;
};

template <class P>
concept Settles = HasScope<P> && requires(P& policy, typename P::Scope& scope, Context& ctx,
                                          const Error* failure, Instant now) {
  { policy.settle(scope, ctx, failure, now) } noexcept -> std::same_as<Verdict>;
};

template <class P>
concept Releases = HasScope<P> && requires(P& policy, typename P::Scope& scope, Context& ctx) {
  { policy.release(scope, ctx) } noexcept -> std::same_as<void>;
};

/// The whole contract.
template <class P>
concept Policy = Admits<P> && Settles<P> && Releases<P>;

/// What a policy may do besides: look at the request, which `admit` does not see.
///   template <class Request> void prepare(Scope&, const Request&, Context&) noexcept;
/// Called with a new scope, before the descent begins and again before the next attempt of a retry outside it. The
/// call may end without `admit`, `settle` or `release`: take nothing there, only note. What it notes of the request
/// may point into it: the request outlives the call.
template <class P, class Request>
concept Prepares =
    HasScope<P> && requires(P& policy, typename P::Scope& scope, const Request& request, Context& ctx) {
      { policy.prepare(scope, request, ctx) } noexcept -> std::same_as<void>;
    };

// What a policy may say about itself; each has a default.

/// `static consteval bool check()`: static_asserts on the template arguments, made where a client is built.
/// There rather than in the class, because a class that failed one is no policy, and says so as well.

/// `static constexpr bool reads_time = false`: the policy ignores `now`. A stack of such policies reads no clock,
/// unless it has to wait until a deadline, or one of them repeats.
template <class P>
inline constexpr bool reads_time_v = true;
template <class P>
  requires requires { P::reads_time; }
inline constexpr bool reads_time_v<P> = P::reads_time;

/// `static constexpr bool repeats = true`: `settle` may answer `again`; without it `again` counts as done. Such a
/// policy says with `unsigned attempts_allowed() const noexcept` how many attempts it makes of one at most, and
/// with `static constexpr unsigned attempts` if its type knows.
template <class P>
inline constexpr bool repeats_v = false;
template <class P>
  requires requires { P::repeats; }
inline constexpr bool repeats_v<P> = P::repeats;

/// Attempts that a policy makes of one: 1 if it does not repeat; no limit if it repeats and names none.
template <class P>
[[nodiscard]] constexpr unsigned attempts_of([[maybe_unused]] const P& policy) noexcept {
  if constexpr (!repeats_v<P>) {
    return 1;
  } else if constexpr (requires { policy.attempts_allowed(); }) {
    return policy.attempts_allowed();
  } else {
    return std::numeric_limits<unsigned>::max();
  }
}

/// What its type knows: no limit if the number is set at run time.
inline constexpr unsigned unlimited_attempts = std::numeric_limits<unsigned>::max();
template <class P>
inline constexpr unsigned static_attempts_v = repeats_v<P> ? unlimited_attempts : 1U;
template <class P>
  requires requires { P::attempts; }
inline constexpr unsigned static_attempts_v<P> = P::attempts;

/// Retries whose type says that they have no end.
template <class P>
inline constexpr bool endless_v = false;
template <class P>
  requires requires { P::attempts; }
inline constexpr bool endless_v<P> = repeats_v<P> && P::attempts == unlimited_attempts;

/// `static constexpr bool charges_repeats = true`: the policy is charged for retries inside it
/// (<aramid/budgets.hpp>).
template <class P>
inline constexpr bool charges_repeats_v = false;
template <class P>
  requires requires { P::charges_repeats; }
inline constexpr bool charges_repeats_v<P> = P::charges_repeats;

/// `static constexpr Duration bound`: the longest that anything inside may take; 0 = not known.
template <class P>
inline constexpr Duration bound_v{0};
template <class P>
  requires requires { P::bound; }
inline constexpr Duration bound_v<P>{P::bound};

/// `static constexpr bool limits_time = true`: it bounds what is inside, by how much is set at run time.
template <class P>
inline constexpr bool limits_time_v = bound_v<P> > Duration::zero();
template <class P>
  requires requires { P::limits_time; }
inline constexpr bool limits_time_v<P> = P::limits_time;

/// `static constexpr Duration first_delay`: the shortest wait before a first retry; 0 = none or not known.
template <class P>
inline constexpr Duration first_delay_v{0};
template <class P>
  requires requires { P::first_delay; }
inline constexpr Duration first_delay_v<P>{P::first_delay};

/// `static constexpr Name name`: what errors and events call the policy.
template <class P>
inline constexpr Name policy_name_v = "unnamed policy";
template <class P>
  requires requires { Name{P::name}; }
inline constexpr Name policy_name_v<P> = P::name;

ARAMID_END
