// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_walk.hpp: the rules of failing over, for candidates known at compile time and at run time alike.
//
// Each candidate is asked in the routing's order until one answers or the ruling of a failure ends the chain. While
// others are left, a candidate that would hold the call back refuses it instead (`Reason::elsewhere`), so nobody
// waits at one provider while another is ready. When all have been tried, the walk goes back to the one that is
// ready first, if it would be before the deadline, and to each twice at most; inside another combinator that has
// somebody left it says so instead. A candidate that has not been asked keeps an attempt. `Clients` answers
//   size()  facts(i)  name(i)  headroom(i, now)  attempts_allowed()  ask<Result>(i, request, ctx)
// Cost: none over the chosen candidate but for what the routing does. No allocation on success.
#pragma once

#include <aramid/context.hpp>
#include <aramid/failover_left.hpp>
#include <aramid/failover_order.hpp>
#include <aramid/route.hpp>

#include <cstdint>  // uint8_t
#include <utility>  // move

ARAMID_BEGIN

namespace detail {

// Nothing for what is no routing: the sentence about that is the only one to come.
template <class Routing, class Clients, std::size_t Max>
class FailoverWalk {};

template <RoutingType Routing, class Clients, std::size_t Max>
class FailoverWalk<Routing, Clients, Max> {
  static_assert(Max <= 256, "aramid: a Failover<> takes at most 256 candidates");
  using State = typename Routing::template State<Max>;
  using Order = typename Routing::template Order<Max>;

 public:
  template <class Result, class Request>
  Result run(Clients& clients, const Request& request, Context& ctx) {
    CallAccess::set_ceiling(ctx, clients.attempts_allowed());
    if ((ctx.route.only.size() | ctx.route.order.size() | ctx.route.skip | ctx.route.last.size()) != 0)
        [[unlikely]]
      return run_chosen<Result>(clients, request, ctx);
    bool nested = false;
    Instant now{};
    if constexpr (Routing::reads_time) now = CallAccess::enter(ctx, nested);
    Order order;
    View<Request> view{clients, request, &ctx, now};
    Routing::begin(routing_, order, view);
    const auto at = [&order](std::size_t i) { return Routing::at(order, i); };
    return walk<Result>(clients, request, ctx, at, ctx.route.failover ? clients.size() : 1, now, nested);
  }

  /// Shows `visit(candidate, asked)` the candidates in the order in which a call made now would ask them, then
  /// those that its route leaves out. Changes nothing: a turn is not taken, and nothing is drawn.
  template <class Request, class Visitor>
  void preview(Clients& clients, const Request& request, const Context& ctx, Instant now,
               Visitor&& visit) const {
    ChosenOrder<Max> chosen;
    const bool known = chosen.choose(clients, ctx.route, [&] {
      View<Request> view{clients, request, nullptr, now};
      add_all(routing_, chosen, view);
    });
    const std::size_t asked = !known ? 0 : ctx.route.failover ? chosen.size() : 1;
    const std::size_t named = chosen.size();
    for (std::size_t i = 0; i < clients.size(); ++i) chosen.add(i);
    for (std::size_t i = 0; i < chosen.size(); ++i) visit(chosen[i], i < named && i < asked);
  }

 private:
  template <class Request>
  class View {
   public:
    /// Without a context nothing is drawn.
    View(Clients& clients, const Request& request, Context* ctx, Instant now) noexcept
        : clients_{clients}, request_{request}, ctx_{ctx}, now_{now} {}
    [[nodiscard]] std::size_t size() const noexcept { return clients_.size(); }
    [[nodiscard]] const CandidateFacts& facts(std::size_t i) const noexcept { return clients_.facts(i); }
    [[nodiscard]] Name name(std::size_t i) const noexcept { return clients_.name(i); }
    [[nodiscard]] unsigned headroom(std::size_t i) const noexcept { return clients_.headroom(i, now_); }
    [[nodiscard]] std::uint64_t random() noexcept { return ctx_ != nullptr ? ctx_->random() : 0; }
    [[nodiscard]] Instant now() const noexcept { return now_; }
    [[nodiscard]] const Request& request() const noexcept
      requires(!std::same_as<Request, NoRequest>)
    {
      return request_;
    }

   private:
    Clients& clients_;
    const Request& request_;
    Context* ctx_;
    Instant now_;
  };

  // Tells the routing how an attempt goes, also when an exception ends it.
  class Reported {
   public:
    Reported(State& routing, std::size_t candidate, Instant began) noexcept
        : routing_{routing}, candidate_{candidate}, began_{began} {
      Routing::asked(routing_, candidate_);
    }
    Reported(const Reported&) = delete;
    Reported& operator=(const Reported&) = delete;
    ~Reported() {
      if (done_) return;
      const Error thrown;
      Routing::report(routing_, candidate_, &thrown, Duration::zero(), began_);
    }
    void end(const Error* failure, Instant now) noexcept {
      done_ = true;
      Routing::report(routing_, candidate_, failure, elapsed(began_, now), now);
    }

   private:
    State& routing_;
    std::size_t candidate_;
    Instant began_;
    bool done_ = false;
  };

  template <class Result, class Request>
  ARAMID_INLINE Result ask(Clients& clients, std::size_t candidate, const Request& request, Context& ctx,
                           Instant& now) {
    if constexpr (Routing::reads_time) CallAccess::hand_down(ctx, now);
    Reported report{routing_, candidate, now};
    Result outcome = clients.template ask<Result>(candidate, request, ctx);
    if constexpr (Routing::reads_time) now = CallAccess::look(ctx);
    report.end(outcome ? nullptr : &outcome.error(), now);
    return outcome;
  }

  template <class Result, class Request, class At>
  ARAMID_INLINE Result walk(Clients& clients, const Request& request, Context& ctx, const At& at,
                            std::size_t count, Instant now, bool nested) {
    Alternatives alternatives{ctx};
    alternatives.left(count - 1);
    Result outcome = ask<Result>(clients, at(0), request, ctx, now);
    if (!outcome) [[unlikely]]
      outcome = go_on(clients, request, ctx, at, count, now, alternatives, std::move(outcome));
    if (Routing::reads_time && nested) CallAccess::hand_up(ctx, now);
    return outcome;
  }

  // The first candidate failed.
  template <class Result, class Request, class At>
  ARAMID_COLD Result go_on(Clients& clients, const Request& request, Context& ctx, const At& at,
                           std::size_t count, Instant& now, Alternatives& alternatives, Result outcome) {
    Progress<Result> progress;
    std::size_t asked = 0;  // place in the order
    bool open = progress.note(std::move(outcome), at(asked), clients.facts(at(asked)), ctx);
    while (open && may_go_on(ctx) && alternatives.may_ask()) {
      const std::size_t next = progress.next_after(asked, count, at, clients);
      if (next == count) break;
      move_on(progress.last, ctx);
      asked = next;
      alternatives.left(progress.left_after(asked, count, at, clients) + progress.held_back);
      Result tried = ask<Result>(clients, at(asked), request, ctx, now);
      if (tried) return tried;
      open = progress.note(std::move(tried), at(asked), clients.facts(at(asked)), ctx);
    }
    alternatives.left(0);
    while (open && count > 1) {
      const std::size_t first = progress.first_ready(count, at, clients, ctx);
      if (first == count) break;
      if (alternatives.outside()) return std::move(progress).held_back_by(at(first), ctx);
      Visit& visit = progress.visits[at(first)];
      ++visit.returns;
      if (!alternatives.keep(progress.unasked_besides(first, count, at, clients))) continue;
      if (!wait_for(visit, ctx)) break;
      move_on(progress.last, ctx);
      if constexpr (Routing::reads_time) now = ctx.now();
      Result tried = ask<Result>(clients, at(first), request, ctx, now);
      if (tried) return tried;
      open = progress.note(std::move(tried), at(first), clients.facts(at(first)), ctx);
    }
    return std::move(progress).result();
  }

  /// What earlier visits left.
  struct Visit {
    Instant ready = Instant::max();  // when it would let the call in; max: not known
    Fault fault = Fault::unknown;    // what it refused the call with
    bool queues = false;             // it holds calls back itself, in its own order
    bool asked = false;              // it has made an attempt
    unsigned char returns = 0;       // how often the call has come back to it
  };

  template <class Result>
  struct Progress {
    Eligible eligible;
    Visit visits[Max];
    std::size_t held_back = 0;  // visits after which one may come back
    History history;
    std::optional<Result> best;
    Error last;  // without its history

    bool note(Result outcome, std::size_t candidate, const CandidateFacts& facts, Context& ctx) {
      Error& error = outcome.error();
      Visit& visit = visits[candidate];
      mark(visit, error, ctx);
      visit.asked = visit.asked || !error.history.empty();
      history.append(std::exchange(error.history, History{}));
      held_back += visit.ready != Instant::max() ? 1 : 0;
      const bool open = eligible.learn(error, facts);
      last.fault = error.fault;
      last.provider = error.provider;
      if (!best || more_informative(error, best->error())) best.emplace(std::move(outcome));
      return open;
    }
    static void mark(Visit& visit, const Error& error, Context& ctx) noexcept {
      const bool held_back = error.reason == Reason::elsewhere;
      visit.queues = held_back && refused_here(error.fault);
      visit.ready = Instant::max();
      visit.fault = error.fault;
      if (visit.queues && !error.retry_after) {
        visit.ready = ctx.deadline - Duration{1};  // one that does not know when: after everybody who knows
      } else if ((held_back || error.fault == Fault::circuit_open) && error.retry_after) {
        visit.ready = saturating_add(CallAccess::look(ctx), *error.retry_after);
      }
    }
    template <class At>
    [[nodiscard]] std::size_t next_after(std::size_t asked, std::size_t count, const At& at,
                                         const Clients& clients) const noexcept {
      std::size_t next = asked + 1;
      while (next < count && !eligible.lets(clients.facts(at(next)))) ++next;
      return next;
    }
    template <class At>
    [[nodiscard]] std::size_t left_after(std::size_t asked, std::size_t count, const At& at,
                                         const Clients& clients) const noexcept {
      std::size_t left = 0;
      for (std::size_t i = asked + 1; i < count; ++i) left += eligible.lets(clients.facts(at(i))) ? 1 : 0;
      return left;
    }
    /// The place of the candidate that is ready first and in time, or `count`.
    template <class At>
    [[nodiscard]] std::size_t first_ready(std::size_t count, const At& at, const Clients& clients,
                                          const Context& ctx) const noexcept {
      std::size_t first = count;
      Instant ready = ctx.deadline;
      for (std::size_t i = 0; i < count; ++i) {
        const Visit& visit = visits[at(i)];
        if (visit.ready >= ready || !may_return(at(i), clients)) continue;
        first = i;
        ready = visit.ready;
      }
      return first;
    }
    /// How many others it may come back to that have not made an attempt yet.
    template <class At>
    [[nodiscard]] std::size_t unasked_besides(std::size_t place, std::size_t count, const At& at,
                                              const Clients& clients) const noexcept {
      std::size_t unasked = 0;
      for (std::size_t i = 0; i < count; ++i) {
        unasked += i != place && !visits[at(i)].asked && may_return(at(i), clients) ? 1 : 0;
      }
      return unasked;
    }
    // Each return makes an attempt or waits for a later moment; the number is bounded all the same.
    [[nodiscard]] bool may_return(std::size_t candidate, const Clients& clients) const noexcept {
      const Visit& visit = visits[candidate];
      return visit.ready != Instant::max() && visit.returns < 2 && eligible.lets(clients.facts(candidate));
    }
    /// For a combinator outside, which has somebody else to ask, and may come back here.
    [[nodiscard]] Result held_back_by(std::size_t candidate, Context& ctx) && {
      const Visit& visit = visits[candidate];
      Result refusal = fail(visit.fault);
      Error& error = refusal.error();
      error.reason = Reason::elsewhere;
      error.provider = ctx.provider();
      if (visit.ready < ctx.deadline - Duration{1})
        error.retry_after = elapsed(CallAccess::look(ctx), visit.ready);
      error.history = std::move(history);
      return refusal;
    }
    [[nodiscard]] Result result() && {
      best->error().history = std::move(history);
      return std::move(*best);
    }
  };

  // One that queues calls is asked at once, so that the call takes its place; for others the call waits here.
  static bool wait_for(const Visit& visit, Context& ctx) noexcept {
    if (!ctx.route.wait) return false;
    while (!visit.queues && may_go_on(ctx) && ctx.now() < visit.ready) ctx.wait(visit.ready);
    CallAccess::forget_reading(ctx);
    return may_go_on(ctx);
  }

  [[nodiscard]] static bool may_go_on(Context& ctx) noexcept {
    return !ctx.committed() && !ctx.attempts_used_up() && !ctx.stop.stop_requested() &&
           !CallAccess::time_is_over(ctx);
  }
  static void move_on(const Error& error, Context& ctx) noexcept {
    if (ctx.listeners.want(EventKind::failed_over)) {
      ctx.announce({.kind = EventKind::failed_over, .fault = error.fault, .provider = error.provider});
    }
    ctx.usage = {};
    ctx.hints = {};
    CallAccess::pass_on(ctx);
  }

  // The routing's own order.
  template <class Shared, class Request>
  static void add_all(Shared& routing, ChosenOrder<Max>& chosen, View<Request>& view) {
    Order order;
    Routing::begin(routing, order, view);
    for (std::size_t i = 0; i < view.size(); ++i) chosen.add(Routing::at(order, i));
  }

  // The names are used up here: a combinator nested in a candidate has names of its own. Who is to be last may be
  // in there.
  template <class Result, class Request>
  ARAMID_COLD Result run_chosen(Clients& clients, const Request& request, Context& ctx) {
    const Route route = ctx.route;
    bool nested = false;
    Instant now{};
    if constexpr (Routing::reads_time) now = CallAccess::enter(ctx, nested);
    ChosenOrder<Max> chosen;
    const bool known = chosen.choose(clients, route, [&] {
      View<Request> view{clients, request, &ctx, now};
      add_all(routing_, chosen, view);
    });
    if (!known) return Result{unknown_name(clients)};
    ctx.route.only = {};
    ctx.route.order = {};
    ctx.route.skip = 0;
    const Restored restored{ctx, route};
    const auto at = [&](std::size_t i) { return chosen[i]; };
    return walk<Result>(clients, request, ctx, at, route.failover ? chosen.size() : 1, now, nested);
  }

  struct Restored {
    Context& ctx;
    const Route& route;
    ~Restored() { ctx.route = route; }
  };

  static std::unexpected<Error> unknown_name(const Clients& clients) {
    std::string message = "no provider has a name given in route.only or route.order; the names are:";
    for (std::size_t i = 0; i < clients.size(); ++i) message.append(" ").append(clients.name(i).view());
    return fail(Fault::invalid_request, 0, std::move(message));
  }

  ARAMID_EMPTY State routing_;
};

}  // namespace detail

ARAMID_END
