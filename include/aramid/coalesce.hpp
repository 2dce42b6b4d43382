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

#include <aramid/flight_table.hpp>
#include <aramid/keyed_request.hpp>
#include <aramid/wrapping.hpp>

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
  static constexpr bool has_decider = true;  ///< see <aramid/drive.hpp>
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
    CoalesceCall decider{*this, ctx};
    return detail::run_blocking<Result>(decider, request, ctx);
  }
  Result operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  /// Callers that got another one's outcome so far.
  [[nodiscard]] std::uint64_t shared() const noexcept { return flights_.shared(); }
  /// Callers that wait for another one's call.
  [[nodiscard]] std::size_t waiting() const noexcept { return flights_.waiting(); }

  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Coalesce\n";
    detail::describe_provider<Client>(text, indent);
  }
  /// Waiting for one that gives up just before its end, and then making the call: twice the client's.
  [[nodiscard]] static consteval Duration worst_case() noexcept { return unbounded; }

 private:
  using Flights = detail::FlightTable<typename Keys::Key, Result>;
  using Ticket = typename Flights::Ticket;

  // The decider of one call.
  class CoalesceCall {
   public:
    static constexpr bool asks_bare = false;

    CoalesceCall(Coalesce& self, Context& ctx) noexcept
        : self_{self}, ctx_{ctx}, ticket_{self.flights_, ctx.waker()} {}
    CoalesceCall(const CoalesceCall&) = delete;
    CoalesceCall& operator=(const CoalesceCall&) = delete;

    [[nodiscard]] Step start(const Request& request) {
      std::optional<typename Keys::Key> key = Keys::of(request);
      if (!key) return {Step::Kind::attempt};
      const std::uint64_t hash = Keys::hash(*key);
      if (ticket_.board(std::move(*key), hash) == Ticket::Place::leads) return {Step::Kind::attempt};
      return {Step::Kind::wait, ctx_.deadline};
    }
    [[nodiscard]] Step resume(const Request&) noexcept {
      CallAccess::forget_reading(ctx_);
      const auto place = ticket_.look();
      if (place == Ticket::Place::landed) return {};
      // The one who made the call gave up: it is this caller's turn.
      if (place == Ticket::Place::leads) return {Step::Kind::attempt};
      const bool stopped = ctx_.stop.stop_requested();
      if (!stopped && !CallAccess::time_is_over(ctx_)) return {Step::Kind::wait, ctx_.deadline};
      gave_up_ = stopped ? Fault::cancelled : Fault::deadline_exceeded;
      return {};
    }
    [[nodiscard]] Step ended(const Request&, const Result& outcome) noexcept {
      if (ticket_.look() == Ticket::Place::leads && !is_own(outcome)) ticket_.land(outcome);
      return {};
    }
    void conclude(Result& outcome) {
      const auto place = ticket_.look();
      if (place == Ticket::Place::landed) {
        detail::put(outcome, Result{ticket_.outcome()});
      } else if (gave_up_ != Fault::unknown) {
        Error& error = outcome.error();
        error.fault = gave_up_;
        error.policy = name;
      }
    }
    template <class Visitor>
    decltype(auto) ask(Visitor&& visitor) {
      return visitor(self_.client());
    }

   private:
    // A failure that says nothing to the others: this caller gave up, or its time is over, whatever the client
    // calls it.
    [[nodiscard]] bool is_own(const Result& outcome) const noexcept {
      return !outcome && (outcome.error().fault == Fault::cancelled ||
                          outcome.error().fault == Fault::deadline_exceeded || ctx_.stop.stop_requested() ||
                          CallAccess::time_is_over(ctx_));
    }

    Coalesce& self_;
    Context& ctx_;
    Ticket ticket_;
    Fault gave_up_ = Fault::unknown;
  };
  friend struct DriverAccess;
  [[nodiscard]] CoalesceCall decide(const Request&, Context& ctx) noexcept {
    return CoalesceCall{*this, ctx};
  }

  Flights flights_;
};

ARAMID_END
