// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/preempt.hpp: ends a provider that looks only at its stop token when the deadline passes.
//
//   using Client = Resilient<Preempt<Search>, Backoff<Exponential, Jitter>, Timeout<2s>>;
//   auto find = preempt([&](const Query& query, Context& ctx) -> Outcome<Row> {
//     std::unique_lock lock{mutex};
//     if (!ready.wait(lock, ctx.stop, [&] { return done(query); })) return fail(Fault::cancelled);
//     return take(query);
//   });
//
// For the length of each call a stop is requested on `ctx.stop` when `ctx.deadline` passes, besides the
// caller's own request. A failure as `Fault::cancelled` that came from the deadline becomes `Fault::timed_out`,
// or `interrupted` after a commit; one that came from the caller stays. A result that arrives together with the
// deadline is a result. A call whose deadline is over on entry is refused with `deadline_exceeded` (an attempt of a
// stack, which saw time left, with `timed_out`), one that is stopped with `cancelled`.
//
// When not to use it: for a provider that looks at `ctx.deadline` itself, as the HTTP adapter does; it gains
// nothing. Code that looks at neither cannot be stopped. See docs/preempt.md.
//
// `ctx.stop` is lent for the call: keep neither the token nor a stop_callback on it, because a later call of
// the same thread uses the same stop source. A stop_callback on it runs on the timer thread or on the caller's
// who stops. On a time line other than SteadyClock's (a manual clock) no thread is used: `ctx.wait` ends at the
// deadline by itself, `ctx.stop` is the caller's, and only the fault is put right.
//
// Cost: without a deadline none; else one reading of the clock, arming and disarming a timer. No allocation
// on success, except for a thread's first call and for calls nested deeper than four. Thread-safety: as the
// provider's. Not part of <aramid/aramid.hpp>: it needs <thread>.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/provider.hpp>
#include <aramid/timer_thread.hpp>

#include <concepts>     // constructible_from
#include <optional>     // optional
#include <stop_token>   // stop_source, stop_callback
#include <type_traits>  // decay_t, invoke_result_t
#include <utility>      // exchange, forward, move

ARAMID_BEGIN

namespace detail {

// Stop sources on which no stop was requested, kept for this thread's next calls: making one allocates.
class SpareStopSources {
 public:
  static std::stop_source take() {
    if (gone()) return std::stop_source{};
    SpareStopSources& spare = mine();
    return spare.count_ != 0 ? std::move(spare.sources_[--spare.count_]) : std::stop_source{};
  }
  /// Nobody may request a stop on it any more.
  static void give_back(std::stop_source&& source) noexcept {
    if (gone()) return;
    SpareStopSources& spare = mine();
    if (spare.count_ != most && !source.stop_requested()) spare.sources_[spare.count_++] = std::move(source);
  }

 private:
  static constexpr unsigned most = 4;

  SpareStopSources() noexcept = default;
  ~SpareStopSources() { gone() = true; }
  static SpareStopSources& mine() noexcept {
    thread_local SpareStopSources spare;
    return spare;
  }
  // Destructors of statics and of other thread-locals may still make calls.
  static bool& gone() noexcept {
    thread_local constinit bool value = false;
    return value;
  }

  std::stop_source sources_[most] = {std::stop_source{std::nostopstate}, std::stop_source{std::nostopstate},
                                     std::stop_source{std::nostopstate}, std::stop_source{std::nostopstate}};
  unsigned count_ = 0;
};

/// While it lives, `ctx.stop` is stopped by the caller's token and by the deadline.
class DeadlineStop final : TimerThread::Timer {
 public:
  explicit DeadlineStop(Context& ctx)
      : ctx_{ctx},
        source_{SpareStopSources::take()},
        callers_{std::exchange(ctx.stop, source_.get_token())},
        relay_{std::in_place, callers_, Relay{source_}},
        armed_{TimerThread::shared().arm(*this, ctx.deadline)} {}
  DeadlineStop(const DeadlineStop&) = delete;
  DeadlineStop& operator=(const DeadlineStop&) = delete;
  ~DeadlineStop() { (void)end(); }

  /// False if no thread could be started that would end the call.
  [[nodiscard]] bool armed() const noexcept { return armed_; }

  /// The caller's token is `ctx.stop` again. True if the deadline came first.
  bool end() noexcept {
    if (!relay_) return false;
    const bool passed = armed_ && !TimerThread::shared().disarm(*this);
    relay_.reset();
    ctx_.stop = std::move(callers_);
    SpareStopSources::give_back(std::move(source_));
    return passed;
  }

 private:
  struct Relay {
    std::stop_source& source;
    void operator()() noexcept { source.request_stop(); }
  };

  void expired() noexcept override { source_.request_stop(); }

  Context& ctx_;
  std::stop_source source_;
  std::stop_token callers_;
  std::optional<std::stop_callback<Relay>> relay_;
  bool armed_;
};

template <class Provider>
consteval bool check_preempt() noexcept {
  static_assert(
      std::is_object_v<Provider> && !std::is_const_v<Provider>,
      "aramid: Preempt<Provider> owns its provider: give it a plain type, not a reference, a const or "
      "a function type");
  static_assert(
      !is_stack_v<Provider>,
      "aramid: Preempt<> goes around a provider, not around a client of others, whose policies would "
      "take a timeout for a cancel: write Resilient<Preempt<P>, ...>. See docs/preempt.md");
  return true;
}

}  // namespace detail

template <class Provider>
class Preempt {
  static_assert(detail::check_preempt<Provider>());
  using Owned = std::decay_t<Provider>;  // the same; after a sentence the compiler is to say no more

 public:
  using provider_type = Provider;

  constexpr Preempt()
    requires std::default_initializable<Owned>
  = default;

  /// The provider, or what it is built from.
  template <class... From>
    requires(sizeof...(From) > 0 && std::constructible_from<Owned, From...> &&
             !(std::same_as<std::remove_cvref_t<From>, Preempt> || ...))
  constexpr explicit(!(std::convertible_to<From, Owned> && ... && (sizeof...(From) == 1)))
      Preempt(From&&... from)
      : provider_(std::forward<From>(from)...) {}

  template <class Request>
    requires std::invocable<Owned&, const Request&, Context&>
  auto operator()(const Request& request, Context& ctx) {
    using Result = std::remove_cvref_t<std::invoke_result_t<Owned&, const Request&, Context&>>;
    static_assert(is_outcome_v<Result>,
                  "aramid: a provider returns Outcome<T>. Wrap a callable that returns something else, or "
                  "throws, with lift(callable). See docs/writing-a-provider.md");
    if constexpr (is_outcome_v<Result>) {
      return ctx.deadline == Instant::max() ? Result{provider_(request, ctx)} : bounded<Result>(request, ctx);
    } else {
      return Outcome<Result>{std::unexpect};
    }
  }

  [[nodiscard]] constexpr Name name() const noexcept
    requires has_name_v<Owned>
  {
    return name_of(provider_);
  }
  [[nodiscard]] Owned& provider() noexcept { return provider_; }
  [[nodiscard]] const Owned& provider() const noexcept { return provider_; }

  /// It has no limit of its own: that is the Timeout's.
  [[nodiscard]] static consteval Duration worst_case() noexcept { return aramid::worst_case<Provider>(); }
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Preempt\n";
    detail::describe_provider<Provider>(text, indent);
  }

 private:
  template <class Result, class Request>
  Result bounded(const Request& request, Context& ctx) {
    if (ctx.stop.stop_requested()) return Result{fail(Fault::cancelled)};
    const Instant deadline = ctx.deadline;
    // A stack that has begun an attempt found time left: then it is this attempt that is late.
    if (ctx.now() >= deadline)
      return Result{fail(ctx.attempt() != 0 ? Fault::timed_out : Fault::deadline_exceeded)};
    if (!ctx.real_time()) {
      Result outcome = provider_(request, ctx);
      if (!outcome && ctx.now() >= deadline) put_right(outcome.error(), ctx);
      return outcome;
    }
    detail::DeadlineStop stop{ctx};
    if (!stop.armed()) return Result{fail(Fault::saturated, 0, "no thread for timeouts can be started")};
    Result outcome = provider_(request, ctx);
    const bool passed = stop.end();
    // A provider that looks at the deadline too may be faster than the timer.
    if (!outcome && (passed || ctx.now() >= deadline)) put_right(outcome.error(), ctx);
    return outcome;
  }

  // The deadline has passed.
  ARAMID_COLD static void put_right(Error& error, const Context& ctx) noexcept {
    if (error.fault != Fault::cancelled || ctx.stop.stop_requested()) return;
    error.fault = ctx.committed() ? Fault::interrupted : Fault::timed_out;
  }

  ARAMID_EMPTY Owned provider_;
};

template <class P>
Preempt(P) -> Preempt<P>;

/// `provider` with its calls ended at their deadlines.
template <class Provider>
[[nodiscard]] constexpr auto preempt(Provider&& provider) {
  return Preempt<std::decay_t<Provider>>{std::forward<Provider>(provider)};
}

ARAMID_END
