// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/hedge_call.hpp: one call of a Hedge, for drivers: when it launches, how long it waits, and how it ends.
//
// The steps of any decider (<aramid/drive.hpp>). An *attempt* is one of the call's own, unhedged. Those that race
// are begun by the driver's `Launcher`, a callable `bool(attempt) noexcept`, beside the call: false if it can have
// nobody run one. A call that is dropped tells all of them to stop.
// Thread-safety: one thread at a time; the attempts may run on others.
#pragma once

#include <aramid/drive.hpp>
#include <aramid/hedge_race.hpp>

#include <atomic>    // atomic
#include <memory>    // make_shared, shared_ptr
#include <optional>  // optional
#include <utility>   // exchange, move

ARAMID_BEGIN

namespace detail {

/// What all calls of a Hedge share.
template <class When>
struct HedgeShared {
  typename When::State when;
  std::atomic<std::uint64_t> launched{0};
  std::atomic<std::uint64_t> won{0};
  std::atomic<std::uint64_t> refused{0};
  Losers losers;
};

template <class Race, class Client, class When, class Launcher>
class HedgeCall {
  using Result = typename Race::Result;
  using Lock = typename Race::Lock;

 public:
  static constexpr bool asks_bare = false;

  HedgeCall(Client& client, HedgeShared<When>& shared, Context& ctx, Launcher launcher) noexcept
      : client_{client}, shared_{shared}, ctx_{ctx}, launcher_{launcher} {}
  HedgeCall(const HedgeCall&) = delete;
  HedgeCall& operator=(const HedgeCall&) = delete;
  ~HedgeCall() {
    if (race_) drop();
    listen_again();
  }

  template <class Request>
  [[nodiscard]] Step start(const Request& request) {
    now_ = CallAccess::enter(ctx_, nested_);
    if (is_over()) {
      result_.emplace(fail(end()));
      return {};
    }
    if (ctx_.committed()) return {Step::Kind::attempt};  // no other attempt may speak
    race_ = std::make_shared<Race>(client_, request, ctx_, shared_.when.delay(now_), shared_.losers);
    Lock lock = race_->lock();
    if (race_->launch(launcher_, now_)) return go_on(lock);
    lock.unlock();
    race_.reset();
    shared_.refused.fetch_add(1, std::memory_order_relaxed);
    return {Step::Kind::attempt};
  }
  template <class Request>
  [[nodiscard]] Step resume(const Request&) {
    now_ = ctx_.now();
    Lock lock = race_->lock();
    return go_on(lock);
  }
  template <class Request>
  [[nodiscard]] Step ended(const Request&, const Result&) noexcept {
    return {};
  }
  void conclude(Result& outcome) {
    if (result_) put(outcome, std::move(*result_));
  }
  template <class Visitor>
  decltype(auto) ask(Visitor&& visitor) {
    CallAccess::hand_down(ctx_, now_);
    return visitor(client_);
  }

 private:
  // Everything that can be done now.
  Step go_on(Lock& lock) {
    while (!race_->decided()) {
      const bool over = is_over();
      if (over && !race_->has_output()) {
        learn();
        result_.emplace(race_->give_up(lock, end()));
        lock.unlock();
        race_.reset();
        return {};
      }
      if (over && !stopped_) {
        // With a stop request out, a wait that a stop request ends would not wait at all.
        stopped_ = true;
        callers_stop_ = std::exchange(ctx_.stop, {});
        race_->stop_speaker(lock);
      } else if (race_->decider().launches(now_)) {
        launch_another();
      } else {
        return {Step::Kind::wait, stopped_ ? Instant::max() : smaller(race_->decider().due(), ctx_.deadline)};
      }
      now_ = ctx_.now();
    }
    if (race_->answered_by_hedge()) shared_.won.fetch_add(1, std::memory_order_relaxed);
    learn();
    if (nested_) CallAccess::hand_up(ctx_, now_);
    leave(lock);
    return {};
  }
  void leave(Lock& lock) {
    const bool late = stopped_ && !stop_requested();
    const std::shared_ptr<Race> race = std::move(race_);  // it may throw
    Lock held = std::move(lock);                          // let go of before the race is
    result_.emplace(race->leave(held, late));
  }
  ARAMID_COLD void drop() noexcept {
    Lock lock = race_->lock();
    if (race_->has_output()) race_->stop_speaker(lock);
    race_->abandon(lock);
    lock.unlock();
    race_.reset();
  }

  [[nodiscard]] bool stop_requested() const noexcept {
    return (stopped_ ? callers_stop_ : ctx_.stop).stop_requested();
  }
  [[nodiscard]] bool is_over() const noexcept { return stop_requested() || now_ >= ctx_.deadline; }
  [[nodiscard]] Fault end() const noexcept {
    return stop_requested() ? Fault::cancelled : Fault::deadline_exceeded;
  }
  void listen_again() noexcept {
    if (stopped_) ctx_.stop = std::move(callers_stop_);
  }

  // A call that its caller cuts short before the delay says nothing of it.
  void learn() noexcept {
    if constexpr (When::learns) {
      const auto took = race_->first_took(now_);
      if (took && (race_->decided() || *took >= shared_.when.delay(now_))) shared_.when.note(*took, now_);
    }
  }

  void launch_another() {
    const bool paid = race_->may_launch() && ctx_.budgets.charge(nullptr, now_);
    if (!paid || !race_->launch(launcher_, now_)) {
      if (paid) ctx_.budgets.refund(nullptr, now_);
      race_->decider().close();
      shared_.refused.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    shared_.launched.fetch_add(1, std::memory_order_relaxed);
    if (ctx_.listeners.want(EventKind::hedged)) ctx_.announce({.kind = EventKind::hedged, .at = now_});
  }

  Client& client_;
  HedgeShared<When>& shared_;
  Context& ctx_;
  ARAMID_EMPTY Launcher launcher_;
  bool nested_ = false;
  bool stopped_ = false;  // the attempt whose output had begun was told to
  Instant now_{};
  std::stop_token callers_stop_;
  std::shared_ptr<Race> race_;  // until it is over
  std::optional<Result> result_;
};

}  // namespace detail

ARAMID_END
