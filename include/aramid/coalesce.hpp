// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/coalesce.hpp: equal requests at the same time share one call.
//
//   Coalesce<Client, ByPrompt> chat{settings};
//   Cache<Coalesce<Client, ByPrompt>, ByPrompt, 1000, 60s> kept{args(settings)};    no stampede when one expires
//
// The first caller makes the call; those who come with an equal key while it lasts wait for its outcome, each
// until its own deadline or stop request, and get a copy. A caller that gives up harms nobody: if it was the one
// that made the call, the next one in line makes it again. Failures are shared as well, but for those that are
// the first caller's own: cancelled, deadline_exceeded, any that comes after its stop request or deadline, an
// exception. The next one also makes the call if the outcome cannot be copied (no memory, a copy that throws).
// When to use it: expensive requests that come in crowds. When not: requests with effects, or streamed ones (give
// them no key: a sink is called for the first caller only).
// Not part of <aramid/aramid.hpp>. Cost: two short locks and an allocation a call, a search among the calls under
// way.
// Thread-safety: yes. Source: the `singleflight` of Go's groupcache.
#pragma once

#include <aramid/keyed_request.hpp>
#include <aramid/wrapping.hpp>

#include <memory>  // make_shared, shared_ptr, unique_ptr
#include <mutex>   // mutex, unique_lock

ARAMID_BEGIN

template <class Client, class KeyOf>
class Coalesce : public Wrapping<Client> {
  static_assert(
      RequestKey<KeyOf>,
      "aramid: Coalesce<Client, KeyOf>: KeyOf has one 'operator()(const Request&) const' that returns text, "
      "an integer, or an optional of these");
  using Keys = detail::Keys<KeyOf>;

 public:
  static constexpr Name name = "Coalesce";
  using Request = typename Keys::Request;
  using Result = detail::ResultOf<Client, Request>;

  Coalesce()
    requires std::default_initializable<Client>
  = default;
  /// What the client is built from.
  template <class From>
    requires is_buildable_v<Client, std::remove_reference_t<From>>
  explicit Coalesce(From&& client) : Wrapping<Client>{std::in_place, std::forward<From>(client)} {}

  Result operator()(const Request& request, Context& ctx) {
    std::optional<typename Keys::Key> key = Keys::of(request);
    if (!key) return detail::ask<Result>(this->client(), request, ctx);
    auto fresh = std::make_unique<Flight>(std::move(*key));
    Waiter waiter{ctx.waker()};
    Flight* flight = board(fresh, waiter);
    if (flight == nullptr) {
      if (std::optional<Result> shared = wait_for(waiter, ctx)) return std::move(*shared);
      flight = waiter.flight;  // the one who made the call gave up: it is this caller's turn
    }
    Landing landing{*this, *flight};
    Result outcome = detail::ask<Result>(this->client(), request, ctx);
    if (!is_own(outcome, ctx)) landing.land(outcome);
    return outcome;
  }
  Result operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  /// Callers that got another one's outcome so far.
  [[nodiscard]] std::uint64_t shared() const noexcept {
    const std::lock_guard lock{mutex_};
    return shared_;
  }
  /// Calls under way, and callers that wait for one of them.
  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return waiting_;
  }

  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Coalesce\n";
    detail::describe_provider<Client>(text, indent);
  }
  /// Waiting for one that gives up just before its end, and then making the call: twice the client's.
  [[nodiscard]] static consteval Duration worst_case() noexcept { return unbounded; }

 private:
  struct Flight;
  struct Waiter {
    explicit Waiter(Waker& of) noexcept : waker{&of} {}
    Waker* waker;
    Waiter* next = nullptr;
    Flight* flight = nullptr;              // set when it is this one's turn to make the call
    std::shared_ptr<const Result> result;  // set when the call has ended
  };
  struct Flight {
    explicit Flight(typename Keys::Key of) : key{std::move(of)}, hash{Keys::hash(key)} {}
    const typename Keys::Key key;
    const std::uint64_t hash;
    Flight* next = nullptr;
    Waiter* first = nullptr;  // in the order of their coming
  };

  // Ends the flight however the call ends.
  class Landing {
   public:
    Landing(Coalesce& self, Flight& flight) noexcept : self_{self}, flight_{flight} {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
      if (!landed_) self_.hand_over(flight_);
    }
    void land(const Result& outcome) noexcept { landed_ = self_.share(flight_, outcome); }

   private:
    Coalesce& self_;
    Flight& flight_;
    bool landed_ = false;
  };

  // The flight that this caller makes, or null: then it waits in the line of another one's.
  [[nodiscard]] Flight* board(std::unique_ptr<Flight>& fresh, Waiter& waiter) noexcept {
    const std::lock_guard lock{mutex_};
    Flight* flight = first_;
    while (flight != nullptr && !(flight->hash == fresh->hash && flight->key == fresh->key))
      flight = flight->next;
    if (flight == nullptr) {
      fresh->next = first_;
      return first_ = fresh.release();
    }
    Waiter** end = &flight->first;
    while (*end != nullptr) end = &(*end)->next;
    *end = &waiter;
    ++waiting_;
    return nullptr;
  }

  // A failure that says nothing to the others: this caller gave up, or its time is over, whatever the client calls
  // it.
  [[nodiscard]] static bool is_own(const Result& outcome, Context& ctx) noexcept {
    return !outcome &&
           (outcome.error().fault == Fault::cancelled || outcome.error().fault == Fault::deadline_exceeded ||
            ctx.stop.stop_requested() || CallAccess::time_is_over(ctx));
  }

  // The shared outcome, this caller's own end, or nothing: then it is its turn.
  [[nodiscard]] std::optional<Result> wait_for(Waiter& waiter, Context& ctx) {
    for (;;) {
      {
        const std::lock_guard lock{mutex_};
        if (waiter.flight != nullptr) return {};
        if (waiter.result) {
          ++shared_;
          break;
        }
        const bool stopped = ctx.stop.stop_requested();
        if (stopped || CallAccess::time_is_over(ctx)) {
          leave(waiter);
          return gave_up(stopped ? Fault::cancelled : Fault::deadline_exceeded);
        }
      }
      ctx.wait(ctx.deadline);
      CallAccess::forget_reading(ctx);
    }
    return *waiter.result;
  }
  [[nodiscard]] static Result gave_up(Fault fault) {
    auto failure = fail(fault);
    failure.error().policy = name;
    return Result{std::move(failure)};
  }

  void leave(Waiter& waiter) noexcept {
    for (Flight* flight = first_; flight != nullptr; flight = flight->next) {
      for (Waiter** link = &flight->first; *link != nullptr; link = &(*link)->next) {
        if (*link != &waiter) continue;
        *link = waiter.next;
        --waiting_;
        return;
      }
    }
  }

  // False, and nothing done, if the outcome cannot be copied.
  [[nodiscard]] bool share(Flight& flight, const Result& outcome) noexcept {
    // The copy is made outside the lock, and only if somebody waits; who comes later makes a call of its own.
    std::shared_ptr<const Result> shared;
    std::unique_lock lock{mutex_};
    while (flight.first != nullptr && shared == nullptr) {
      lock.unlock();
      shared = copy_of(outcome);
      if (shared == nullptr) return false;
      lock.lock();
    }
    const std::unique_ptr<Flight> landed = take_off(flight);
    while (Waiter* const waiter = flight.first) {
      flight.first = waiter->next;
      waiter->result = shared;
      --waiting_;
      waiter->waker->wake();
    }
    return true;
  }
  [[nodiscard]] static std::shared_ptr<const Result> copy_of(const Result& outcome) noexcept {
#if ARAMID_EXCEPTIONS
    try {
      return std::make_shared<const Result>(outcome);
    } catch (...) {
      return nullptr;
    }
#else
    return std::make_shared<const Result>(outcome);
#endif
  }

  void hand_over(Flight& flight) noexcept {
    const std::lock_guard lock{mutex_};
    if (Waiter* const waiter = flight.first) {
      flight.first = waiter->next;
      waiter->flight = &flight;
      --waiting_;
      waiter->waker->wake();
    } else {
      (void)take_off(flight);
    }
  }

  [[nodiscard]] std::unique_ptr<Flight> take_off(Flight& flight) noexcept {
    Flight** link = &first_;
    while (*link != &flight) link = &(*link)->next;
    *link = flight.next;
    return std::unique_ptr<Flight>{&flight};
  }

  mutable std::mutex mutex_;
  Flight* first_ = nullptr;
  std::uint64_t shared_ = 0;
  std::size_t waiting_ = 0;
};

ARAMID_END
