// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/retry.hpp: asking the same provider again.
//
//   Retry<5, Backoff<Exponential, Jitter, 500ms, 30s>>     five retries, six attempts
//   Retry<3, Delays<100ms, 1s, 5s>>                        the delays one by one
//   Retry<3, Backoff<...>, MyPredicate, ExpectRoom>        what is retried, and whether it is still worth it
//   Backoff<Exponential, Jitter>                           3 retries, 1 s doubling, cap 60 s
//   Retry<> with RetrySettings{.retries = 5, ...}          set at run time
//
// When to use it: around a provider whose faults pass. When not: around a stack that already retries (a
// compile error), or for requests that must not be repeated.
//
// What is retried is the ruling table's column `again` (<aramid/ruling.hpp>), or your predicate `When`; how long
// it waits is <aramid/policies/delay.hpp>. A failure before anything was sent is repeated once at once, on a
// fresh connection: it is neither an attempt nor a retry. No retry starts that cannot begin before the deadline,
// nor, with `ExpectRoom`, one that is not expected to end before it. A rate limit is not waited for while another
// provider is ready. Of a call that has retried without success the caller gets the provider's last error, with
// the reason.
//
// Cost: nothing on success (ExpectRoom: see there). Thread-safety: stateless. Source: AWS Architecture Blog,
// "Exponential Backoff And Jitter"; hint rules of the OpenAI SDKs and gemini-cli; transparent retries of gRPC (A6).
#pragma once

#include <aramid/policies/delay.hpp>
#include <aramid/policies/room.hpp>
#include <aramid/policy.hpp>
#include <aramid/settings.hpp>

#include <limits>  // numeric_limits

ARAMID_BEGIN

/// The default predicate: whatever the ruling table lets be asked again.
struct ByRuling {
  [[nodiscard]] constexpr bool operator()(const Error& error) const noexcept {
    return ruling(error.fault).again != Again::never;
  }
};

/// What can stand for `When`.
template <class W>
concept RetryPredicate = std::default_initializable<W> && requires(const W& when, const Error& error) {
  { when(error) } -> std::convertible_to<bool>;
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

// What is no room is refused with a sentence; until then this keeps the class whole.
template <class Room>
struct RoomOr {
  using type = RoomToBegin;
};
template <AttemptRoom Room>
struct RoomOr<Room> {
  using type = Room;
};

// The last delay, for the jitters that ask for it.
template <bool Chained>
struct Previous {
  [[nodiscard]] static constexpr Duration get() noexcept { return Duration::zero(); }
  static constexpr void set(Duration) noexcept {}
};
template <>
struct Previous<true> {
  [[nodiscard]] constexpr Duration get() const noexcept { return delay; }
  constexpr void set(Duration last) noexcept { delay = last; }
  Duration delay{0};
};

}  // namespace detail

/// The policy under both spellings. `Source::settings()` are constants, or a member set at run time.
template <class Source, class Curve, class Spread, class When, class Room = RoomToBegin>
class RetryLoop : private Source {
  using RoomType = typename detail::RoomOr<Room>::type;

 public:
  using Source::Source;
  static constexpr bool repeats = true;

  static consteval bool check() noexcept {
    static_assert(DelayCurve<Curve>,
                  "aramid: Backoff<Curve, Spread, Base, Cap, First>: Curve is Constant, Linear, Exponential, "
                  "ExponentialBy<3, 2>, Fibonacci, Delays<...> or a curve of your own. See docs/backoff.md");
    static_assert(DelayJitter<Spread>,
                  "aramid: Backoff<Curve, Spread, Base, Cap, First>: Spread is NoJitter, Jitter, FullJitter, "
                  "EqualJitter, DecorrelatedJitter, Spread<25> or a jitter of your own. See docs/backoff.md");
    static_assert(!chained_v<Spread> || std::same_as<Curve, Exponential>,
                  "aramid: DecorrelatedJitter takes the place of the curve: write Backoff<Exponential, "
                  "DecorrelatedJitter, ...>");
    static_assert(
        RetryPredicate<When>,
        "aramid: Retry<Retries, Delays, When, Room>: When is a type that can be called with a const "
        "Error& and says whether to retry, as in struct Mine { bool operator()(const Error&) const; }");
    static_assert(AttemptRoom<Room>,
                  "aramid: Retry<Retries, Delays, When, Room>: Room is RoomToBegin or ExpectRoom");
    if constexpr (requires { &Curve::check; }) (void)Curve::check();
    if constexpr (requires { &Spread::check; }) (void)Spread::check();
    if constexpr (requires { &Source::check; }) (void)Source::check();
    return true;
  }

  struct Scope {
    unsigned retries = 0;
    unsigned attempts = 0;          // of the call, before the one that is under way
    std::uint8_t limited = 0;       // retries after faults that the table allows only so many
    bool fresh_connection = false;  // what never left has been repeated
    ARAMID_EMPTY detail::Previous<chained_v<Spread>> previous;
    ARAMID_EMPTY typename RoomType::Mark mark;
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.attempts = ctx.attempt();
    room_.begin(scope.mark, now);
    return Admission::proceed();
  }

  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if (failure == nullptr) [[likely]] {
      room_.succeed(scope.mark, now);
      return Verdict::done();
    }
    // After a sentence the compiler is to say no more.
    if constexpr (DelayCurve<Curve> && DelayJitter<Spread> && RetryPredicate<When>) {
      return judge(scope, ctx, *failure, now);
    } else {
      return Verdict::done();
    }
  }

  void release(Scope&, Context&) noexcept {}

  [[nodiscard]] constexpr RetrySettings settings() const noexcept { return Source::settings(); }
  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    const unsigned retries = settings().retries;
    return retries == std::numeric_limits<unsigned>::max() ? retries : retries + 1;
  }
  /// How long an attempt is expected to take; 0 = not known. For ExpectRoom.
  [[nodiscard]] Duration expected() const noexcept { return room_.expected(); }

 private:
  ARAMID_COLD Verdict judge(Scope& scope, Context& ctx, const Error& error, Instant now) noexcept {
    // What was refused here has its own policy and reason already.
    if (!When{}(error))
      return Verdict::done(refused_here(error.fault) ? Reason::none : Reason::not_retryable);
    const RetrySettings settings = this->settings();
    const bool one_attempt = ctx.attempt() == scope.attempts + 1;
    const bool hinted = error.retry_after.value_or(Duration::zero()) > Duration::zero();
    if (never_left(error.fault) && one_attempt && !hinted && settings.retries > 0 &&
        !scope.fresh_connection) {
      scope.fresh_connection = true;
      room_.begin(scope.mark, now);
      return Verdict::again_transparently();  // gives the attempt back, so `attempts` is still right
    }
    if (scope.retries >= settings.retries) return Verdict::done(Reason::retries_exhausted);
    const unsigned row_limit = detail::row_limit<When>(error.fault);
    if (scope.limited >= row_limit) return Verdict::done(Reason::row_exhausted);
    if (ruling(error.fault).elsewhere == Elsewhere::at_once && ctx.has_alternative()) {
      return Verdict::done(Reason::elsewhere);
    }
    detail::Moment moment{scope.retries, error.retry_after};
    if (ctx.deadline != Instant::max()) moment.left = elapsed(now, ctx.deadline);
    moment.expected = room_.expected();
    moment.previous = scope.previous.get();
    const auto next = detail::next_delay<Curve, Spread>(settings, moment, ctx.random());
    if (next.refusal != Reason::none) return Verdict::done(next.refusal);
    ++scope.retries;
    if (row_limit != std::numeric_limits<unsigned>::max()) ++scope.limited;
    scope.attempts = ctx.attempt();
    scope.previous.set(next.backoff);
    room_.begin(scope.mark, saturating_add(now, next.delay));
    return Verdict::again_after(next.delay);
  }

  ARAMID_EMPTY RoomType room_;
};

ARAMID_END
