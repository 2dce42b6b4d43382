// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/retry.hpp: asking the same provider again.
//
//   Retry<5, Backoff<Exponential, Jitter, 500ms, 30s>>     five retries, six attempts
//   Backoff<Exponential, Jitter>                           the same with 3 retries, 1 s doubling, cap 60 s
//   Retry<> with RetrySettings{.retries = 5, ...}          set at run time
//
// When to use it: around a provider whose faults pass. When not: around a stack that already retries (a
// compile error), or for requests that must not be repeated.
//
// What is retried is the ruling table's column `again` (<aramid/ruling.hpp>), or your predicate `When`. The delay
// is curve, then jitter, then cap. A server's hint is never undercut: the delay is the larger of hint and
// backoff, a hint spread by 0 to 20 % upwards; a hint above the cap or the time left is not slept on, the
// error is returned at once with the hint in it. No retry starts that cannot begin before the deadline. A rate
// limit is not waited for while another provider is ready.
//
// Cost: nothing on success. Thread-safety: stateless. Source: AWS Architecture Blog, "Exponential Backoff And
// Jitter"; hint rules of the OpenAI SDKs and gemini-cli.
#pragma once

#include <aramid/policies/curve.hpp>
#include <aramid/policies/jitter.hpp>
#include <aramid/policy.hpp>
#include <aramid/settings.hpp>

#include <limits>  // numeric_limits

ARAMID_BEGIN

struct RetrySettings {
  unsigned retries = 3;                 ///< attempts after the first; 0 = none
  Span base = Duration{1'000'000'000};  ///< first delay, > 0
  Span cap = Duration{60'000'000'000};  ///< longest delay, jitter and hints included; >= base

  friend constexpr bool operator==(const RetrySettings&, const RetrySettings&) = default;
};

/// The default predicate: whatever the ruling table lets be asked again.
struct ByRuling {
  [[nodiscard]] constexpr bool operator()(const Error& error) const noexcept {
    return ruling(error.fault).again != Again::never;
  }
};

namespace detail {

// Retries that the table allows this fault; a predicate of the user's own is not limited by it.
template <class When>
[[nodiscard]] constexpr unsigned row_limit(Fault fault) noexcept {
  if constexpr (std::same_as<When, ByRuling>) {
    const Again again = ruling(fault).again;
    if (again == Again::once) return 1;
    if (again == Again::twice) return 2;
  }
  return std::numeric_limits<unsigned>::max();
}

struct NextDelay {
  Duration delay{0};
  Reason refusal = Reason::none;
};

/// The delay before retry number `retry` (from 0), or why there is none.
template <class Curve, class Spread>
[[nodiscard]] constexpr NextDelay next_delay(const RetrySettings& settings, unsigned retry,
                                             std::optional<Duration> hint, Duration left,
                                             std::uint64_t random) noexcept {
  const Duration cap = settings.cap;
  Duration delay = smaller(Curve::delay(settings.base, retry), cap);
  delay = Spread::apply(delay, static_cast<std::uint32_t>(random));
  const Duration asked =
      hint.value_or(Duration::zero());  // a hint of nothing says nothing: the backoff holds
  if (asked > cap || (asked > Duration::zero() && asked >= left)) return {asked, Reason::hint_too_long};
  delay = smaller(delay, cap);
  const Duration least = larger(delay, asked);
  if (least >= left) return {least, Reason::no_time_left};
  const Duration spread{
      scale(larger(asked, Duration::zero()).count() / 5, static_cast<std::uint32_t>(random >> 32U))};
  delay = smaller(larger(delay, saturating_add(asked, spread)), cap);
  if (delay >= left) delay = least;  // the spread is not worth a retry
  return {delay, Reason::none};
}

}  // namespace detail

/// The policy under both spellings. `Source::settings()` are constants, or a member set at run time.
template <class Source, class Curve, class Spread, class When>
class RetryLoop : private Source {
 public:
  using Source::Source;
  static constexpr bool repeats = true;

  static consteval bool check() noexcept {
    if constexpr (requires { &Source::check; }) (void)Source::check();
    return true;
  }

  struct Scope {
    unsigned retries = 0;
    unsigned limited = 0;  // of these, after faults that the table allows only so many retries
  };

  [[nodiscard]] Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }

  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if (failure == nullptr) [[likely]]
      return Verdict::done();
    return judge(scope, ctx, *failure, now);
  }

  void release(Scope&, Context&) noexcept {}

  [[nodiscard]] constexpr RetrySettings settings() const noexcept { return Source::settings(); }
  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    const unsigned retries = settings().retries;
    return retries == std::numeric_limits<unsigned>::max() ? retries : retries + 1;
  }

 private:
  ARAMID_COLD Verdict judge(Scope& scope, Context& ctx, const Error& error, Instant now) noexcept {
    // What was refused here has its own policy and reason already.
    if (!When{}(error))
      return Verdict::done(refused_here(error.fault) ? Reason::none : Reason::not_retryable);
    const RetrySettings settings = this->settings();
    if (scope.retries >= settings.retries) return Verdict::done(Reason::retries_exhausted);
    const unsigned row_limit = detail::row_limit<When>(error.fault);
    if (scope.limited >= row_limit) return Verdict::done(Reason::row_exhausted);
    if (ruling(error.fault).elsewhere == Elsewhere::at_once && ctx.has_alternative()) {
      return Verdict::done(Reason::elsewhere);
    }
    const Duration left = ctx.deadline == Instant::max() ? Duration::max() : elapsed(now, ctx.deadline);
    const auto next =
        detail::next_delay<Curve, Spread>(settings, scope.retries, error.retry_after, left, ctx.random());
    if (next.refusal != Reason::none) return Verdict::done(next.refusal);
    ++scope.retries;
    if (row_limit != std::numeric_limits<unsigned>::max()) ++scope.limited;
    return Verdict::again_after(next.delay);
  }
};

ARAMID_END
