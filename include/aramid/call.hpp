// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/call.hpp: the machine that walks a call through its policies. Sans-I/O.
//
// It descends through `admit`, outermost first, asks for an attempt, and ascends through `settle`, innermost
// first; `again` restarts the descent just inside the policy that asked. Its only outputs are *attempt*, *wait
// until t* and *done*; a driver turns them into real life:
//
//   call.prepare(request);
//   Step step = call.start(now);
//   while (step.kind != Step::Kind::done) {
//     attempt: ask the provider, then call.succeed(now) and stop, or step = call.fail(error, now)
//     wait:    wait until step.until, a wake or a stop request, call.prepare(request), step = call.resume(now)
//   }
//   call.refused() ? return call.take_refusal() : return the attempt's own outcome
//
// What no policy may do is enforced here: no retry after a commit, a stop request, the ceiling on attempts, one
// that could not begin before the deadline, or one that a budget does not pay for; a failure after a commit becomes
// `interrupted`. Dropping a Call releases every level that it holds. Not movable: policies may keep addresses of
// its scopes. Cost: no allocation; straight-line code on success. Thread-safety: one thread at a time.
#pragma once

#include <aramid/stack.hpp>
#include <aramid/step.hpp>

ARAMID_BEGIN

/// `Leaf`: the provider asks nobody else, so each attempt counts against the ceiling.
template <bool Leaf, class... Policies>
class Call {
 public:
  static constexpr std::size_t depth = sizeof...(Policies);
  static constexpr bool reads_time = ((reads_time_v<Policies> || repeats_v<Policies>) || ...);

  Call(PolicyStack<Policies...>& policies, Context& ctx) noexcept : policies_{policies}, ctx_{ctx} {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (held_ != 0) abandon();
  }

  /// Shows the request to the policies that want to see it and have not: before `start`, and before `resume`.
  template <std::size_t I = 0, class Request>
  ARAMID_INLINE void prepare(const Request& request) noexcept {
    if constexpr (I == depth) {
      new_from_ = depth;
    } else if constexpr ((Prepares<Policies, Request> || ...)) {
      if constexpr (Prepares<PolicyAt<I>, Request>) {
        if (I >= new_from_) policy<I>().prepare(scope<I>(), request, ctx_);
      }
      prepare<I + 1>(request);
    }
  }

  [[nodiscard]] ARAMID_INLINE Step start(Instant now) noexcept { return descend<0>(now); }

  /// After a wait, whatever ended it.
  [[nodiscard]] ARAMID_COLD Step resume(Instant now) noexcept {
    if (waiting_ && now > began_) announce_wait(now);
    const Reason reason = waiting_ ? waiting_reason_ : Reason::none;
    if (ctx_.stop.stop_requested()) return cut_off(Fault::cancelled, now, reason);
    if (now >= ctx_.deadline) return cut_off(Fault::deadline_exceeded, now, reason);
    // A wake may be left over from an earlier wait; the delay before a retry is not cut short by it.
    if (!waiting_ && now < retry_at_) return {Step::Kind::wait, retry_at_};
    waiting_ = false;
    return descend_from(level_, now);
  }

  /// The attempt succeeded. The call is over.
  ARAMID_INLINE void succeed(Instant now) noexcept {
    if (Leaf && ctx_.listeners.want(EventKind::attempt_succeeded)) [[unlikely]] {
      ctx_.announce({.kind = EventKind::attempt_succeeded, .at = now, .duration = elapsed(began_, now)});
    }
    settle_success<depth>(now);
    held_ = 0;
  }

  /// The attempt failed; `error` is what the caller gets if the step is done.
  [[nodiscard]] ARAMID_COLD Step fail(Error& error, Instant now) noexcept {
    if (error.provider.empty()) error.provider = ctx_.provider();
    if (ctx_.committed() && error.fault != Fault::cancelled) error.fault = Fault::interrupted;
    const Duration took = reads_time ? elapsed(began_, now) : Duration::zero();
    if (!error.history.empty()) {
      trouble().history.append(error.history);
      error.history = History{};
    } else if (Leaf || ctx_.attempt() != attempts_before_) {
      trouble().history.add({error.fault, error.phase, error.status, took, error.provider});
    }
    if (Leaf && ctx_.listeners.want(EventKind::attempt_failed)) {
      ctx_.announce({.kind = EventKind::attempt_failed,
                     .fault = error.fault,
                     .phase = error.phase,
                     .provider = error.provider,
                     .at = now,
                     .duration = took});
    }
    return ascend<depth>(error, now);
  }

  /// True when the call ended without an outcome of the provider's.
  [[nodiscard]] bool refused() const noexcept { return trouble_ && trouble_->refusal.has_value(); }
  [[nodiscard]] Error take_refusal() noexcept { return std::move(*trouble_->refusal); }
  [[nodiscard]] Context& context() noexcept { return ctx_; }

 private:
  template <std::size_t I>
  using PolicyAt = std::remove_cvref_t<decltype(std::declval<PolicyStack<Policies...>&>().template get<I>())>;

  template <std::size_t I>
  auto& policy() noexcept {
    return policies_.template get<I>();
  }
  template <std::size_t I>
  auto& scope() noexcept {
    return detail::tuple_at<I>(scopes_);
  }

  template <std::size_t I>
  ARAMID_INLINE Step descend(Instant now) noexcept {
    if constexpr (I == depth) {
      return attempt(now);
    } else {
      const Admission answer = policy<I>().admit(scope<I>(), ctx_, now);
      if (answer.kind == Admission::Kind::proceed) [[likely]]
        return descend<I + 1>(now);
      return held_back<I>(answer, now);
    }
  }

  ARAMID_INLINE Step attempt(Instant now) noexcept {
    held_ = depth;
    if (ctx_.stop.stop_requested()) [[unlikely]]
      return refuse<depth>(Fault::cancelled, now);
    if constexpr (reads_time) {
      if (now >= ctx_.deadline) [[unlikely]]
        return refuse<depth>(Fault::deadline_exceeded, now);
      began_ = now;
    } else if (CallAccess::time_is_over(ctx_)) [[unlikely]] {
      return refuse<depth>(Fault::deadline_exceeded, now);
    }
    if constexpr (Leaf) {
      CallAccess::begin_attempt(ctx_);
    } else {
      attempts_before_ = ctx_.attempt();
    }
    if (Leaf && ctx_.listeners.want(EventKind::attempt_started)) [[unlikely]] {
      ctx_.announce({.kind = EventKind::attempt_started, .at = now});
    }
    return {Step::Kind::attempt, now};
  }

  // Level I answered wait or reject.
  template <std::size_t I>
  ARAMID_COLD Step held_back(Admission answer, Instant now) noexcept {
    if (answer.kind == Admission::Kind::wait) {
      held_ = I + 1;
      level_ = I;
      waiting_ = true;
      if (ctx_.stop.stop_requested()) return cut_off(Fault::cancelled, now, answer.reason);
      const bool on_wake = answer.until == Instant::max();
      if (answer.fault != Fault::unknown && ctx_.has_alternative())
        return send_elsewhere<I>(answer, on_wake, now);
      if (!on_wake && answer.until >= ctx_.deadline)
        return cut_off(Fault::deadline_exceeded, now, answer.reason);
      began_ = now;
      waiting_reason_ = answer.reason;
      return {Step::Kind::wait, on_wake ? ctx_.deadline : answer.until};
    }
    held_ = I;
    Error& error = trouble().refusal.emplace();
    error.fault = answer.fault;
    error.reason = answer.reason;
    error.policy = policy_name_v<PolicyAt<I>>;
    if (answer.retry_after >= Duration::zero()) error.retry_after = answer.retry_after;
    if (ctx_.listeners.want(EventKind::rejected)) {
      Event event{.kind = EventKind::rejected,
                  .fault = answer.fault,
                  .reason = answer.reason,
                  .policy = error.policy,
                  .at = now};
      CallAccess::take_compared(ctx_, event.measured, event.limit);
      ctx_.announce(event);
    }
    return ascend<I>(error, now);
  }

  // Nobody waits here while another provider can be asked.
  template <std::size_t I>
  Step send_elsewhere(const Admission& answer, bool on_wake, Instant now) noexcept {
    waiting_ = false;
    policy<I>().release(scope<I>(), ctx_);
    const Duration wait = on_wake ? Duration{-1} : elapsed(now, answer.until);
    return held_back<I>(Admission::reject(answer.fault, Reason::elsewhere, wait), now);
  }

  // The driver's own refusal, with `Held` levels admitted.
  template <std::size_t Held>
  ARAMID_COLD Step refuse(Fault fault, Instant now, Name by = {}, Reason reason = Reason::none) noexcept {
    held_ = Held;
    Error& error = trouble().refusal.emplace();
    error.fault = fault;
    error.reason = reason;
    error.policy = by;
    if (ctx_.listeners.want(EventKind::rejected)) {
      ctx_.announce({.kind = EventKind::rejected, .fault = fault, .reason = reason, .policy = by, .at = now});
    }
    return ascend<Held>(error, now);
  }

  // A wait ended for good: the level that waited for admission is released, the others settled.
  ARAMID_COLD Step cut_off(Fault fault, Instant now, Reason reason = Reason::none) noexcept {
    return cut_off_at(std::make_index_sequence<depth + 1>{}, fault, now, reason);
  }
  template <std::size_t... Held>
  Step cut_off_at(std::index_sequence<Held...>, Fault fault, Instant now, Reason reason) noexcept {
    Step step;
    const std::size_t held = held_;
    (void)((held == Held && (step = cut_off_level<Held>(fault, now, reason), true)) || ...);
    return step;
  }
  template <std::size_t Held>
  Step cut_off_level(Fault fault, Instant now, Reason reason) noexcept {
    if constexpr (Held > 0) {
      if (waiting_) {
        waiting_ = false;
        policy<Held - 1>().release(scope<Held - 1>(), ctx_);
        return refuse<Held - 1>(fault, now, policy_name_v<PolicyAt<Held - 1>>, reason);
      }
    }
    return refuse<Held>(fault, now);
  }

  // Settles the levels below `Held`, innermost first.
  template <std::size_t Held>
  Step ascend(Error& error, Instant now) noexcept {
    if constexpr (Held == 0) {
      held_ = 0;
      if (trouble_) error.history = std::move(trouble_->history);
      if (Leaf && error.fault == Fault::timed_out && !CallAccess::enclosed(ctx_)) {
        detail::name_callers_deadline(error,
                                      reads_time ? now >= ctx_.deadline : CallAccess::time_is_over(ctx_));
      }
      return {};
    } else {
      constexpr std::size_t level = Held - 1;
      const Verdict verdict = policy<level>().settle(scope<level>(), ctx_, &error, now);
      if (verdict.renames) {
        error.fault = verdict.fault;
        error.phase = verdict.phase;
      }
      Reason reason = verdict.reason;
      if constexpr (repeats_v<PolicyAt<level>>) {
        if (verdict.again) {
          const bool free = verdict.transparent && made_one_attempt();
          reason = detail::veto_retry(ctx_, error, free,
                                      reads_time ? saturating_add(now, verdict.after) : Instant::min());
          if (reason == Reason::none) {
            if (!ctx_.stop.stop_requested()) {
              // Last, so that nothing is charged for a retry that does not happen.
              if (free || ctx_.budgets.charge(&error, now)) {
                if (free) CallAccess::give_back_attempt(ctx_);
                return schedule<level>(error, verdict.after, now);
              }
              reason = Reason::budget_exhausted;
            } else {
              // It would have gone on, but for the caller: that is what ended the call. The history has the fault.
              detail::become_cancelled(error);
            }
          }
        }
      }
      if (reason != Reason::none) give_up<level>(error, reason, now);
      if (reason == Reason::elsewhere && !error.retry_after) error.retry_after = verdict.after;
      return ascend<level>(error, now);
    }
  }

  // A stack inside may have made several, or none: then there is not one to give back.
  [[nodiscard]] bool made_one_attempt() const noexcept {
    return !refused() && (Leaf || ctx_.attempt() == attempts_before_ + 1);
  }

  template <std::size_t Level>
  Step schedule(Error& error, Duration after, Instant now) noexcept {
    if (ctx_.listeners.want(EventKind::retry_scheduled)) {
      ctx_.announce({.kind = EventKind::retry_scheduled,
                     .fault = error.fault,
                     .provider = error.provider,
                     .policy = policy_name_v<PolicyAt<Level>>,
                     .at = now,
                     .duration = after});
    }
    ctx_.usage = {};
    ctx_.hints = {};
    trouble().refusal.reset();
    renew_from<Level + 1>();
    held_ = Level + 1;
    level_ = Level + 1;
    waiting_ = false;
    new_from_ = Level + 1;
    retry_at_ = saturating_add(now, after);
    return {Step::Kind::wait, retry_at_};
  }

  // The first policy, from the inside, that could have gone on and did not is the one that ended the call.
  template <std::size_t Level>
  void give_up(Error& error, Reason reason, Instant now) noexcept {
    if (error.policy.empty()) {
      error.policy = policy_name_v<PolicyAt<Level>>;
      error.reason = reason;
    }
    if (ctx_.listeners.want(EventKind::gave_up)) {
      ctx_.announce({.kind = EventKind::gave_up,
                     .fault = error.fault,
                     .reason = reason,
                     .provider = error.provider,
                     .policy = policy_name_v<PolicyAt<Level>>,
                     .at = now});
    }
  }

  template <std::size_t Held>
  ARAMID_INLINE void settle_success(Instant now) noexcept {
    if constexpr (Held > 0) {
      (void)policy<Held - 1>().settle(scope<Held - 1>(), ctx_, nullptr, now);
      settle_success<Held - 1>(now);
    }
  }

  template <std::size_t I>
  void renew_from() noexcept {
    if constexpr (I < depth) {
      scope<I>() = {};
      renew_from<I + 1>();
    }
  }

  Step descend_from(std::size_t level, Instant now) noexcept {
    return descend_from_level(std::make_index_sequence<depth + 1>{}, level, now);
  }
  template <std::size_t... I>
  Step descend_from_level(std::index_sequence<I...>, std::size_t level, Instant now) noexcept {
    Step step;
    (void)((level == I && (step = descend<I>(now), true)) || ...);
    return step;
  }

  static const Name* names() noexcept {
    static constexpr Name all[] = {policy_name_v<Policies>..., Name{}};
    return all;
  }

  void announce_wait(Instant now) noexcept {
    if (ctx_.listeners.want(EventKind::waited)) {
      ctx_.announce({.kind = EventKind::waited,
                     .reason = waiting_reason_,
                     .policy = names()[level_],
                     .at = now,
                     .duration = elapsed(began_, now)});
    }
  }

  ARAMID_COLD void abandon() noexcept { abandon_levels<depth>(); }
  template <std::size_t Held>
  void abandon_levels() noexcept {
    if constexpr (Held > 0) {
      if (held_ >= Held) policy<Held - 1>().release(scope<Held - 1>(), ctx_);
      abandon_levels<Held - 1>();
    } else {
      held_ = 0;
    }
  }

  // What only a call that does not go well has: one flag to look at when it goes.
  struct Trouble {
    History history;
    std::optional<Error> refusal;
  };
  Trouble& trouble() noexcept { return trouble_ ? *trouble_ : trouble_.emplace(); }

  PolicyStack<Policies...>& policies_;
  Context& ctx_;
  // Written before they are read; not initialised, because a call that goes well need not.
  Instant began_;             // of the attempt, or of the wait
  Instant retry_at_;          // before this the next attempt must not begin
  unsigned attempts_before_;  // the count when a nested stack was entered
  std::uint8_t level_;        // where resume goes on
  Reason waiting_reason_;
  bool waiting_ = false;       // the last held level waits to be admitted
  std::uint8_t held_ = 0;      // levels whose scopes are live
  std::uint8_t new_from_ = 0;  // scopes from here on have not been shown the request
  std::optional<Trouble> trouble_;
  boost::hana::basic_tuple<typename Policies::Scope...> scopes_;

  static_assert(depth < 200, "a stack of 200 policies?");
};

ARAMID_END
