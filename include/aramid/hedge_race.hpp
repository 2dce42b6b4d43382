// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/hedge_race.hpp: the attempts of one hedged call. They may outlive it.
//
// One mutex guards a race: who is ahead, and the way to the caller's Context, which is taken away when the caller
// returns. Events and budgets go through it while the caller waits. What an attempt reads of the caller's it has
// from the race, which owns it: a loser may still be starting when the caller has gone. Nobody stops an attempt, or
// asks a race outside for the right to output, with the lock held. Who runs an attempt, a thread or a coroutine, is
// the driver's affair: it begins with `start`, asks the client within an `Inside`, and ends with `finish` or
// `throw_`.
#pragma once

#include <aramid/hedge_decider.hpp>
#include <aramid/hedge_relay.hpp>
#include <aramid/lent_permits.hpp>
#include <aramid/own_route.hpp>
#include <aramid/route.hpp>
#include <aramid/worker_pool.hpp>
#include <aramid/wrapping.hpp>

#include <atomic>      // atomic
#include <memory>      // enable_shared_from_this, shared_ptr
#include <mutex>       // mutex, unique_lock
#include <optional>    // optional
#include <stop_token>  // stop_source
#include <vector>      // vector
#if ARAMID_EXCEPTIONS
#include <exception>  // exception_ptr
#include <new>        // bad_alloc
#endif

ARAMID_BEGIN

namespace detail {

/// Attempts whose outcome nobody waited for.
struct Losers {
  std::atomic<std::uint64_t> total{0};
  std::atomic<std::uint64_t> running{0};
};

template <class Of, class Client, class Request, unsigned Most, class Where>
class HedgeRace final : public CommitGate,
                        public std::enable_shared_from_this<HedgeRace<Of, Client, Request, Most, Where>> {
 public:
  using Result = Of;
  using Lock = std::unique_lock<std::mutex>;

  HedgeRace(Client& client, const Request& request, Context& caller, Duration delay, Losers& losers)
      : client_{client},
        request_(request),
        route_{caller.route},
        losers_{losers},
        caller_{&caller},
        attempts_left_{larger(CallAccess::attempts_left(caller), 1U)},
        decider_{Most, delay} {
    caller.permits.keep_all([this](Permit&& permit) { permits_.push_back(std::move(permit)); });
  }

  [[nodiscard]] Lock lock() noexcept { return Lock{mutex_}; }

  // With the lock held, by the caller:

  /// Whether the call's ceiling on attempts leaves one more.
  [[nodiscard]] bool may_launch() const noexcept { return attempts_left_ > 0; }
  /// Launches the next attempt: `launcher(attempt)` has somebody run it. False, and nothing done, if there is
  /// nobody, or no memory for it.
  template <class Launcher>
  [[nodiscard]] bool launch(const Launcher& launcher, Instant now) noexcept {
    Attempt& attempt = attempts_[decider_.count()];
#if ARAMID_EXCEPTIONS
    try {
      prepare(attempt, now);
    } catch (const std::bad_alloc&) {
      return false;
    }
#else
    prepare(attempt, now);
#endif
    attempt.race = this->shared_from_this();
    if (!launcher(attempt)) {
      attempt.race.reset();
      return false;
    }
    if (attempt.share != unlimited_attempts) attempts_left_ -= attempt.share;
    decider_.launched(now);
    return true;
  }
  [[nodiscard]] HedgeDecider& decider() noexcept { return decider_; }
  [[nodiscard]] bool decided() const noexcept {
    return outcome_.has_value() && (winner_ != nobody || decider_.exhausted());
  }
  [[nodiscard]] bool has_output() const noexcept { return speaker_ != nobody; }
  /// Whether the call's answer is that of an attempt beside the first.
  [[nodiscard]] bool answered_by_hedge() const noexcept {
    return winner_ != nobody && winner_ > 0 && outcome_->has_value();
  }
  /// How long the first attempt has taken, or would have taken at least; nothing if it failed by itself.
  [[nodiscard]] std::optional<Duration> first_took(Instant now) const noexcept {
    const Attempt& first = attempts_[0];
    if (first.ended && !first.shows_latency) return {};
    return elapsed(first.began, first.ended ? first.end : now);
  }

  /// The outcome for the caller; rethrows what the attempt threw. Nothing reaches the caller's Context after this.
  /// `late`: an attempt whose output had begun was told to stop because the caller's time was over.
  [[nodiscard]] Result leave(Lock& lock, bool late) {
    let_go(lock);
#if ARAMID_EXCEPTIONS
    if (thrown_) std::rethrow_exception(thrown_);
#endif
    if (*outcome_) return std::move(*outcome_);
    Error& error = outcome_->error();
    if (late && error.fault == Fault::cancelled) {
      error.fault = Fault::interrupted;
      error.phase = Phase::total;
    }
    error.history = std::move(history_);
    return std::move(*outcome_);
  }
  /// The caller goes before that, with its own end or what an attempt said that tells more.
  [[nodiscard]] Result give_up(Lock& lock, Fault fault) {
    let_go(lock);
    Result end{fail(fault)};
    if (outcome_ && more_informative(outcome_->error(), end.error())) end = std::move(*outcome_);
    end.error().history = std::move(history_);
    return end;
  }
  /// The call is dropped, and nobody wants to know.
  void abandon(Lock& lock) noexcept { let_go(lock); }
  /// Tells the one whose output has begun to stop; the caller must wait for its end, for its output goes there.
  void stop_speaker(Lock& lock) noexcept {
    std::stop_source stop = attempts_[speaker_].stop;
    lock.unlock();
    stop.request_stop();
    lock.lock();
  }

  // For whoever runs an attempt, without the lock:

  struct Attempt;
  [[nodiscard]] Client& client() noexcept { return client_; }
  [[nodiscard]] const Request& request() const noexcept { return request_; }
  /// One that has lost before anybody came to it asks nobody: false.
  [[nodiscard]] bool start(Attempt& attempt) noexcept {
    const Lock held = lock();
    attempt.started = counts(attempt);
    if (!attempt.started) end(attempt);
    return attempt.started;
  }
  /// Around the client: what its policies say reaches the caller, and the permits around the call hold.
  class Inside {
   public:
    Inside(HedgeRace& race, Attempt& attempt)
        : relay_{race, *attempt.ctx, attempt.wanted, attempt.begun}, permits_{*attempt.ctx, race.permits_} {}

   private:
    HedgeRelay<HedgeRace> relay_;
    LentPermits permits_;
  };
  void finish(Attempt& attempt, Result outcome) {
    const Lock held = lock();
    end_with(attempt, std::move(outcome));
  }
#if ARAMID_EXCEPTIONS
  /// The exception that is being handled ended it.
  void throw_(Attempt& attempt) {
    const Lock held = lock();
    if (counts(attempt)) thrown_ = std::current_exception();
    end_with(attempt, Result{std::unexpect});
  }
#endif
  /// The caller's Context, null when it has gone; with the lock held.
  [[nodiscard]] Context* caller() noexcept { return caller_; }

  struct Attempt {
    std::shared_ptr<HedgeRace> race;  // until whoever runs it takes it over
    std::optional<Context> ctx;       // from launch on its own thread's
    PhaseLimits phases;
    std::stop_source stop{std::nostopstate};
    EventMask wanted = 0;
    unsigned number = 0;
    unsigned share = 0;   // attempts that it may make
    unsigned before = 0;  // attempts of the call's that came before it
    unsigned begun = 0;   // of its own, as far as heard
    Instant began{};
    Instant end{};
    bool started = false;
    bool ended = false;
    bool shows_latency = false;  // it succeeded, or ended because it was told to
    bool lost = false;

    // For a pool of threads, if the driver has one.
    struct Job final : WorkerPool::Job {
      Attempt* attempt = nullptr;
      void (*work)(Attempt&) noexcept = nullptr;
      void run() noexcept override { work(*attempt); }
    } job;
    static void run_here(Attempt& attempt) noexcept {
      // The race, and the attempt with it, may end with this pointer.
      const std::shared_ptr<HedgeRace> keep = std::move(attempt.race);
      Driver* const clock = CallAccess::driver(*attempt.ctx);
      keep->run(attempt);
      if (clock != nullptr) clock->leave();
    }
    [[nodiscard]] unsigned made() const noexcept {
      return ended ? ctx->attempt() - before : started ? larger(begun, 1U) : 0;
    }
  };

 private:
  static constexpr unsigned nobody = Most;

  void prepare(Attempt& attempt, Instant now) {
    attempt.stop = std::stop_source{};
    Driver* const clock = CallAccess::driver(*caller_);
    Context& ctx = clock != nullptr ? attempt.ctx.emplace(*clock) : attempt.ctx.emplace();
    attempt.number = decider_.count();
    attempt.began = now;
    attempt.wanted = caller_->listeners.wanted();
    if (caller_->phases != nullptr) attempt.phases = *caller_->phases;
    CallAccess::inherit(ctx, *caller_);
    CallAccess::add_attempts(ctx, made_by_those_under_way());
    attempt.before = ctx.attempt();
    attempt.share = share_of_next();
    CallAccess::limit_attempts(ctx, *caller_, attempt.share);
    ctx.phases = &attempt.phases;
    ctx.route = route_.skipping(attempt.number * Where::step);
    ctx.stop = attempt.stop.get_token();
    CallAccess::set_gate(ctx, *this, attempt.number);
  }

  // The ceiling is shared out beforehand, for attempts cannot see each other's: as much as the client can use
  // (nobody knows that of a plain provider), and one to each still to come. What an attempt leaves goes back.
  [[nodiscard]] unsigned share_of_next() const noexcept {
    if (attempts_left_ == unlimited_attempts) return unlimited_attempts;
    const unsigned to_come = Most - 1 - decider_.count();
    if constexpr (!is_stack_v<Client>) return larger(attempts_left_ / (to_come + 1), 1U);
    const unsigned most = attempts_left_ > to_come ? attempts_left_ - to_come : 1;
    return smaller(larger(attempts_allowed(client_), 1U), most);
  }
  [[nodiscard]] unsigned made_by_those_under_way() const noexcept {
    unsigned made = 0;
    for (unsigned i = 0; i < decider_.count(); ++i) made += attempts_[i].ended ? 0 : attempts_[i].made();
    return made;
  }
  [[nodiscard]] bool under_way() const noexcept {
    bool any = false;
    for (unsigned i = 0; i < decider_.count(); ++i) any = any || !attempts_[i].ended;
    return any;
  }

  void run(Attempt& attempt) noexcept {
    if (!start(attempt)) return;
#if ARAMID_EXCEPTIONS
    try {
      finish(attempt, ask_client(attempt));
    } catch (...) {
      throw_(attempt);
    }
#else
    finish(attempt, ask_client(attempt));
#endif
  }
  [[nodiscard]] Result ask_client(Attempt& attempt) {
    const Inside inside{*this, attempt};
    return ask<Result>(client_, request_, *attempt.ctx);
  }

  // With the lock held. True while its outcome may be the caller's.
  [[nodiscard]] bool counts(const Attempt& attempt) const noexcept {
    return caller_ != nullptr && winner_ == nobody && (speaker_ == nobody || speaker_ == attempt.number);
  }
  void end(Attempt& attempt) noexcept {
    if (attempt.ended) return;
    attempt.ended = true;
    attempt.end = attempt.ctx->now();
    const unsigned made = attempt.made();
    if (caller_ != nullptr) CallAccess::add_attempts(*caller_, made);
    if (attempt.share != unlimited_attempts && attempt.share > made) attempts_left_ += attempt.share - made;
    if (attempt.lost) {
      losers_.running.fetch_sub(1, std::memory_order_relaxed);
    } else if (!counts(attempt)) {
      losers_.total.fetch_add(1, std::memory_order_relaxed);
    }
    let_permits_go();
  }

  void end_with(Attempt& attempt, Result outcome) {
    attempt.shows_latency = outcome.has_value() || attempt.stop.stop_requested();
    end(attempt);
    if (!counts(attempt)) return;
    const bool takes_all = outcome || has_thrown() || speaker_ == attempt.number;
    const bool ends = takes_all || ends_hedging(outcome.error());
    const bool goes_on =
        !ends && hedge_may_follow(outcome.error(), Where::step != 0, attempt.made(), decider_.count());
    if (!outcome) history_.append(std::exchange(outcome.error().history, History{}));
    if (takes_all || !outcome_ || more_informative(outcome.error(), outcome_->error())) {
      caller_->usage = attempt.ctx->usage;
      caller_->hints = attempt.ctx->hints;
      CallAccess::set_provider(*caller_, attempt.ctx->provider());
      outcome_.emplace(std::move(outcome));
    }
    if (ends) {
      winner_ = attempt.number;
      decider_.close();
    } else {
      decider_.failed(goes_on, attempt.end);
    }
    let_permits_go();
    caller_->waker().wake();
  }

  [[nodiscard]] bool has_thrown() const noexcept {
#if ARAMID_EXCEPTIONS
    return thrown_ != nullptr;
#else
    return false;
#endif
  }
  // The first attempt that asks may speak to the caller. Nobody else is launched or goes on. A race outside, which
  // tells its other attempts to stop, is asked without the lock: the caller stays as long as there is a speaker.
  [[nodiscard]] bool claim(unsigned number) noexcept override {
    Lock held = lock();
    if (!counts(attempts_[number])) return false;
    if (speaker_ == number) return true;
    speaker_ = number;
    decider_.close();
    Context& caller = *caller_;
    held.unlock();
    const bool granted = CallAccess::claim(caller);
    held.lock();
    if (granted) {
      lose_others();
      stop_others(held);
    } else {
      speaker_ = nobody;
      caller.waker().wake();
    }
    return granted;
  }

  void let_go(Lock& held) noexcept {
    CallAccess::add_attempts(*caller_, made_by_those_under_way());
    caller_ = nullptr;
    lose_others();
    let_permits_go();
    stop_others(held);
  }
  void lose_others() noexcept {
    for (unsigned i = 0; i < decider_.count(); ++i) {
      if (i == speaker_ || attempts_[i].ended || attempts_[i].lost) continue;
      attempts_[i].lost = true;
      losers_.total.fetch_add(1, std::memory_order_relaxed);
      losers_.running.fetch_add(1, std::memory_order_relaxed);
    }
  }
  // Once each, and without the lock: a stop callback may do anything.
  void stop_others(Lock& held) noexcept {
    for (unsigned i = 0; i < decider_.count(); ++i) {
      if (i == speaker_ || attempts_[i].ended || attempts_[i].stop.stop_requested()) continue;
      std::stop_source stop = attempts_[i].stop;
      held.unlock();
      stop.request_stop();
      held.lock();
    }
  }
  // Before the caller goes if nobody is left behind, so that its bulkhead does not see an orphan.
  void let_permits_go() noexcept {
    if ((caller_ == nullptr || decided()) && !under_way()) permits_.clear();
  }

  Client& client_;
  const Request request_;
  const OwnRoute route_;
  Losers& losers_;
  std::mutex mutex_;
  Context* caller_;  // null when the caller has gone
  unsigned attempts_left_;
  HedgeDecider decider_;
  std::optional<Result> outcome_;  // the winner's, or the most informative failure so far
  History history_;
  unsigned winner_ = nobody;
  unsigned speaker_ = nobody;  // whose output the caller gets
#if ARAMID_EXCEPTIONS
  std::exception_ptr thrown_;
#endif
  std::vector<Permit> permits_;  // of the bulkheads around the call, until its last attempt ends
  Attempt attempts_[Most];
};

}  // namespace detail

ARAMID_END
