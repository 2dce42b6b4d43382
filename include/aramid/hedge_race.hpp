// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/hedge_race.hpp: the attempts of one hedged call. They may outlive it.
//
// One mutex guards a race: who is ahead, and the way to the caller's Context, which is taken away when the caller
// returns. Events, budgets and the right to output go through it while the caller waits.
#pragma once

#include <aramid/hedge_decider.hpp>
#include <aramid/route.hpp>
#include <aramid/worker_pool.hpp>
#include <aramid/wrapping.hpp>

#include <memory>      // enable_shared_from_this, shared_ptr
#include <mutex>       // mutex, unique_lock
#include <optional>    // optional
#include <stop_token>  // stop_source
#if ARAMID_EXCEPTIONS
#include <exception>  // exception_ptr
#endif

ARAMID_BEGIN

namespace detail {

template <class Client, class Request, unsigned Most>
class HedgeRace final : public CommitGate,
                        public std::enable_shared_from_this<HedgeRace<Client, Request, Most>> {
 public:
  using Result = ResultOf<Client, Request>;
  using Lock = std::unique_lock<std::mutex>;
  static constexpr unsigned nobody = Most;

  HedgeRace(Client& client, const Request& request, Context& caller, Duration delay)
      : client_{client}, request_(request), caller_{&caller}, decider_{Most, delay} {}

  [[nodiscard]] Lock lock() noexcept { return Lock{mutex_}; }

  // With the lock held, by the caller:

  /// Launches the next attempt, as one more choice of a combinator inside. False if no thread can be had for it.
  [[nodiscard]] bool launch(WorkerPool& pool, unsigned max_attempts, std::size_t skip, Instant now) {
    Attempt& attempt = attempts_[decider_.count()];
    attempt.race = this->shared_from_this();
    attempt.number = decider_.count();
    attempt.began = now;
    attempt.max_attempts = max_attempts;
    attempt.skip = skip;
    attempt.take_over(*caller_);
    if (attempt.driver != nullptr) attempt.driver->join();
    if (!pool.try_run(attempt)) {
      if (attempt.driver != nullptr) attempt.driver->leave();
      attempt.race.reset();
      return false;
    }
    decider_.launched(now);
    return true;
  }
  [[nodiscard]] HedgeDecider& decider() noexcept { return decider_; }
  [[nodiscard]] bool decided() const noexcept {
    return outcome_.has_value() && (winner_ != nobody || decider_.exhausted());
  }
  [[nodiscard]] bool has_output() const noexcept { return speaker_ != nobody; }
  [[nodiscard]] unsigned winner() const noexcept { return winner_; }
  /// How long the first attempt has taken, or would have taken at least.
  [[nodiscard]] Duration first_took(Instant now) const noexcept {
    return elapsed(attempts_[0].began, attempts_[0].ended ? attempts_[0].end : now);
  }
  [[nodiscard]] unsigned under_way() const noexcept {
    unsigned count = 0;
    for (unsigned i = 0; i < decider_.count(); ++i) count += attempts_[i].ended ? 0 : 1;
    return count;
  }

  /// The outcome for the caller; rethrows what the attempt threw. Nothing reaches the caller's Context after this.
  [[nodiscard]] Result leave(Lock& lock) {
    let_go(lock);
#if ARAMID_EXCEPTIONS
    if (thrown_) std::rethrow_exception(thrown_);
#endif
    if (!*outcome_) outcome_->error().history = std::move(history_);
    return std::move(*outcome_);
  }
  /// The caller goes without an outcome.
  void abandon(Lock& lock) noexcept { let_go(lock); }
  /// Tells the one whose output has begun to stop; the caller must wait for its end, for its output goes there.
  void stop_speaker(Lock& lock) noexcept {
    std::stop_source stop = attempts_[speaker_].stop;
    lock.unlock();
    stop.request_stop();
    lock.lock();
  }

 private:
  struct Attempt final : WorkerPool::Job {
    std::shared_ptr<HedgeRace> race;  // while it runs
    std::stop_source stop;
    Driver* driver = nullptr;
    Instant deadline{};
    PhaseLimits phases;  // a copy: the caller may be gone before a loser is
    Cost cost;
    Route route;
    EventMask wanted = 0;
    unsigned max_attempts = 0;
    std::size_t skip = 0;
    unsigned number = 0;
    Instant began{};
    Instant end{};
    bool ended = false;

    void take_over(const Context& caller) noexcept {
      driver = CallAccess::driver(caller);
      deadline = caller.deadline;
      phases = caller.phases != nullptr ? *caller.phases : PhaseLimits{};
      cost = caller.cost;
      route = caller.route;
      route.skip += skip;
      wanted = caller.listeners.wanted();
    }

    void run() noexcept override {
      // The race, and this with it, may end with this pointer.
      const std::shared_ptr<HedgeRace> keep = std::move(race);
      Driver* const clock = driver;
      keep->run(*this);
      if (clock != nullptr) clock->leave();
    }
  };

  // What an attempt's policies say to the world goes to the caller's Context, as long as the caller is there.
  class Relay : public Listener, public Budget {
   public:
    Relay(HedgeRace& race, Context& ctx, EventMask wanted) noexcept
        : Listener{wanted, &hear}, Budget{&answer}, race_{race}, ctx_{ctx} {
      ctx_.listeners.link(*this);
      ctx_.budgets.link(*this);
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    ~Relay() {
      ctx_.budgets.unlink(*this);
      ctx_.listeners.unlink(*this);
    }

   private:
    static void hear(Listener& self, const Event& event) noexcept {
      auto& relay = static_cast<Relay&>(self);
      const Lock lock = relay.race_.lock();
      if (relay.race_.caller_ != nullptr) relay.race_.caller_->listeners.announce(event);
    }
    static bool answer(Budget& self, Ask ask, const Error* failure, Instant now) noexcept {
      if (ask == Ask::refund) return true;  // it is the only budget of its Context
      auto& relay = static_cast<Relay&>(self);
      const Lock lock = relay.race_.lock();
      return relay.race_.caller_ != nullptr && relay.race_.caller_->budgets.charge(failure, now);
    }

    HedgeRace& race_;
    Context& ctx_;
  };

  void run(Attempt& attempt) noexcept {
    Context ctx = attempt.driver != nullptr ? Context{*attempt.driver} : Context{};
    ctx.deadline = attempt.deadline;
    ctx.phases = &attempt.phases;
    ctx.stop = attempt.stop.get_token();
    ctx.cost = attempt.cost;
    ctx.route = attempt.route;
    ctx.max_attempts = attempt.max_attempts;
    CallAccess::set_gate(ctx, *this, attempt.number);
    const Relay relay{*this, ctx, attempt.wanted};
#if ARAMID_EXCEPTIONS
    try {
      finish(attempt, ctx, ask<Result>(client_, request_, ctx));
    } catch (...) {
      Lock held = lock();
      if (winner_ == nobody && caller_ != nullptr) thrown_ = std::current_exception();
      finish(attempt, ctx, Result{std::unexpect}, held);
    }
#else
    finish(attempt, ctx, ask<Result>(client_, request_, ctx));
#endif
  }

  void finish(Attempt& attempt, Context& ctx, Result outcome) {
    Lock held = lock();
    finish(attempt, ctx, std::move(outcome), held);
  }
  void finish(Attempt& attempt, Context& ctx, Result outcome, Lock&) {
    attempt.ended = true;
    attempt.end = ctx.now();
    if (winner_ != nobody || caller_ == nullptr) return;
    if (speaker_ != nobody && speaker_ != attempt.number) return;  // somebody else's output has begun
    CallAccess::add_attempts(*caller_, ctx.attempt());
    const bool thrown = has_thrown();
    const bool wins = outcome || thrown || speaker_ == attempt.number || !may_follow(outcome.error());
    if (!outcome) history_.append(std::exchange(outcome.error().history, History{}));
    if (wins || !outcome_ || more_informative(outcome.error(), outcome_->error())) {
      caller_->usage = ctx.usage;
      caller_->hints = ctx.hints;
      CallAccess::set_provider(*caller_, ctx.provider());
      outcome_.emplace(std::move(outcome));
    }
    if (wins) {
      winner_ = attempt.number;
      decider_.close();
    } else {
      decider_.failed(true, attempt.end);
    }
    caller_->waker().wake();
  }

  [[nodiscard]] bool has_thrown() const noexcept {
#if ARAMID_EXCEPTIONS
    return thrown_ != nullptr;
#else
    return false;
#endif
  }
  [[nodiscard]] static bool may_follow(const Error& error) noexcept {
    const Ruling row = ruling(error);
    return row.again != Again::never || row.elsewhere == Elsewhere::yes ||
           row.elsewhere == Elsewhere::at_once;
  }

  // The first attempt that asks may speak to the caller. Nobody else is launched or goes on.
  [[nodiscard]] bool claim(unsigned number) noexcept override {
    Lock held = lock();
    if (speaker_ != nobody || winner_ != nobody || caller_ == nullptr) return speaker_ == number;
    if (!caller_->commit()) return false;
    speaker_ = number;
    decider_.close();
    stop_others(held);
    return true;
  }

  void let_go(Lock& held) noexcept {
    caller_ = nullptr;
    stop_others(held);
  }

  // Once each, and without the lock: a stop callback may do anything.
  void stop_others(Lock& held) noexcept {
    for (unsigned i = 0; i < decider_.count(); ++i) {
      if (i == speaker_ || i == winner_ || attempts_[i].ended || attempts_[i].stop.stop_requested()) continue;
      std::stop_source stop = attempts_[i].stop;
      held.unlock();
      stop.request_stop();
      held.lock();
    }
  }

  Client& client_;
  const Request request_;
  std::mutex mutex_;
  Context* caller_;  // null when the caller has gone
  HedgeDecider decider_;
  std::optional<Result> outcome_;  // the winner's, or the most informative failure so far
  History history_;
  unsigned winner_ = nobody;
  unsigned speaker_ = nobody;  // whose output the caller gets
#if ARAMID_EXCEPTIONS
  std::exception_ptr thrown_;
#endif
  Attempt attempts_[Most];
};

}  // namespace detail

ARAMID_END
