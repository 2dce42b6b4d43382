// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_call.hpp: the rules of failing over, for one call. Sans-I/O, so that every driver can run them.
//
// Each candidate is asked in the routing's order until one answers or the ruling of a failure ends the chain. While
// others are left, a candidate that would hold the call back refuses it instead (`Reason::elsewhere`), so nobody
// waits at one provider while another is ready. When all have been tried, the call goes back to the one that is
// ready first, if it would be before the deadline, and to each twice at most; inside another combinator that has
// somebody left it says so instead. A candidate that has not been asked keeps an attempt. `Clients` answers
//   size()  facts(i)  name(i)  headroom(i, now)  attempts_allowed()  with(i, ctx, visitor)
// The order of its steps: <aramid/drive.hpp>.
// Cost: none over the chosen candidate but for what the routing does. No allocation on success.
#pragma once

#include <aramid/drive.hpp>
#include <aramid/failover_left.hpp>
#include <aramid/failover_order.hpp>
#include <aramid/failover_progress.hpp>

#include <optional>  // optional
#include <utility>   // move

ARAMID_BEGIN

namespace detail {

template <RoutingType Routing, class Clients, std::size_t Max>
class FailoverCall {
  static_assert(Max <= 256, "aramid: a Failover<> takes at most 256 candidates");
  using State = typename Routing::template State<Max>;
  using Order = typename Routing::template Order<Max>;
  static constexpr bool reads_time = Routing::reads_time;
  static constexpr bool reports = !std::is_empty_v<State>;  // without a state there is nobody to tell

 public:
  static constexpr bool asks_bare = false;

  FailoverCall(State& routing, Clients clients, Context& ctx) noexcept
      : routing_{routing}, clients_{clients}, alternatives_{ctx}, time_{ctx} {
    CallAccess::set_ceiling(ctx, clients.attempts_allowed());
  }
  FailoverCall(const FailoverCall&) = delete;
  FailoverCall& operator=(const FailoverCall&) = delete;
  ARAMID_INLINE ~FailoverCall() {
    if ((reports && asking_) || detour_) [[unlikely]]
      put_right();
  }

  template <class Request>
  [[nodiscard]] ARAMID_INLINE Step start(const Request& request) {
    const Route& route = ctx().route;
    if ((route.only.size() | route.order.size() | route.skip | route.last.size()) != 0) [[unlikely]]
      return start_chosen(request);
    RouteView<Clients, Request> view{clients_, request, &ctx(), time_.now};
    Routing::begin(routing_, order_, view);
    count_ = route.failover ? clients_.size() : 1;
    candidate_ = Routing::at(order_, 0);
    alternatives_.left(count_ - 1);
    return {Step::Kind::attempt};
  }
  template <class Request>
  [[nodiscard]] ARAMID_COLD Step resume(const Request&) noexcept {
    return come_back();
  }
  template <class Request, class Result>
  [[nodiscard]] ARAMID_INLINE Step ended(const Request&, Result& outcome) noexcept {
    if constexpr (reads_time) time_.now = CallAccess::look(ctx());
    if constexpr (reports) asking_ = false;
    Routing::report(routing_, candidate_, outcome ? nullptr : &outcome.error(),
                    elapsed(time_.began, time_.now), time_.now);
    if (outcome) [[likely]]
      return {};
    return failed(outcome.error());
  }
  template <class Result>
  ARAMID_INLINE void conclude(Result& outcome) noexcept {
    if (!outcome) [[unlikely]]
      outcome.error() = std::move(detour_->progress).result();
    if (time_.nested) CallAccess::hand_up(ctx(), time_.now);
  }

  template <class Visitor>
  ARAMID_INLINE decltype(auto) ask(Visitor&& visitor) {
    if constexpr (reads_time) {
      CallAccess::hand_down(ctx(), time_.now);
      time_.began = time_.now;
    }
    Routing::asked(routing_, candidate_);
    if constexpr (reports) asking_ = true;
    return clients_.with(candidate_, ctx(), visitor);
  }

 private:
  using Progress = FailoverProgress<Clients, Max>;

  /// Whom the call's route names, and the route as the caller gave it. The names are used up here: a combinator
  /// nested in a candidate has names of its own. Who is to be last may be in there.
  struct Chosen {
    Route route;
    ChosenOrder<Max> order;
  };

  template <class Request>
  ARAMID_COLD Step start_chosen(const Request& request) {
    Chosen& chosen = detour_.emplace().chosen.emplace();
    chosen.route = ctx().route;
    const bool known = chosen.order.choose(clients_, chosen.route, [&] {
      RouteView<Clients, Request> view{clients_, request, &ctx(), time_.now};
      add_all<Routing>(routing_, chosen.order, view);
    });
    if (!known) {
      detour_->progress.refuse(unknown_name(clients_));
      return {};
    }
    ctx().route.only = {};
    ctx().route.order = {};
    ctx().route.skip = 0;
    count_ = chosen.route.failover ? chosen.order.size() : 1;
    candidate_ = chosen.order[0];
    alternatives_.left(count_ - 1);
    return {Step::Kind::attempt};
  }

  [[nodiscard]] std::size_t at(std::size_t place) const noexcept {
    return detour_->chosen ? detour_->chosen->order[place] : std::size_t{Routing::at(order_, place)};
  }

  ARAMID_COLD Step failed(Error& error) noexcept {
    Progress& progress = (detour_ ? *detour_ : detour_.emplace()).progress;
    open_ = progress.note(std::move(error), candidate_, clients_.facts(candidate_), ctx());
    const auto order = [this](std::size_t place) { return at(place); };
    if (!returning_) {
      if (open_ && may_go_on() && alternatives_.may_ask()) {
        const std::size_t next = progress.next_after(place_, count_, order, clients_);
        if (next != count_) {
          move_on();
          place_ = next;
          candidate_ = at(next);
          alternatives_.left(progress.left_after(next, count_, order, clients_) + progress.held_back);
          return {Step::Kind::attempt};
        }
      }
      returning_ = true;
      alternatives_.left(0);
    }
    return go_back();
  }

  // To the candidate that is ready first.
  Step go_back() noexcept {
    const auto order = [this](std::size_t place) { return at(place); };
    Progress& progress = detour_->progress;
    while (open_ && count_ > 1) {
      const std::size_t first = progress.first_ready(count_, order, clients_, ctx());
      if (first == count_) break;
      if (alternatives_.outside()) {
        progress.held_back_by(at(first), ctx());
        break;
      }
      ++progress.visits[at(first)].returns;
      if (!alternatives_.keep(progress.unasked_besides(first, count_, order, clients_))) continue;
      if (!ctx().route.wait) break;
      candidate_ = at(first);
      return come_back();
    }
    return {};
  }
  // One that queues calls is asked at once, so that the call takes its place; for others the call waits here.
  Step come_back() noexcept {
    const Visit& visit = detour_->progress.visits[candidate_];
    const bool goes_on = may_go_on();
    if (goes_on && !visit.queues && ctx().now() < visit.ready) return {Step::Kind::wait, visit.ready};
    CallAccess::forget_reading(ctx());
    if (!goes_on || !may_go_on()) return {};
    move_on();
    if constexpr (reads_time) time_.now = ctx().now();
    return {Step::Kind::attempt};
  }

  [[nodiscard]] bool may_go_on() noexcept {
    return !ctx().committed() && !ctx().attempts_used_up() && !ctx().stop.stop_requested() &&
           !CallAccess::time_is_over(ctx());
  }
  void move_on() noexcept {
    const Error& error = detour_->progress.last;
    if (ctx().listeners.want(EventKind::failed_over)) {
      ctx().announce({.kind = EventKind::failed_over, .fault = error.fault, .provider = error.provider});
    }
    ctx().usage = {};
    ctx().hints = {};
    CallAccess::pass_on(ctx());
  }

  ARAMID_COLD void put_right() noexcept {
    if (reports && asking_) {  // an exception ended it, or nobody wants to know any more
      const Error thrown;
      Routing::report(routing_, candidate_, &thrown, Duration::zero(), time_.began);
    }
    if (detour_ && detour_->chosen) ctx().route = detour_->chosen->route;
  }

  [[nodiscard]] Context& ctx() noexcept { return alternatives_.context(); }

  struct Times {
    explicit Times(Context& ctx) noexcept : now{CallAccess::enter(ctx, nested)}, began{now} {}
    bool nested;
    Instant now;
    Instant began;
  };
  struct NoTimes {
    explicit NoTimes(Context&) noexcept {}
    static constexpr bool nested = false;
    static constexpr Instant now{};
    static constexpr Instant began{};
  };

  // What only a call has that does not go straight to an answer: one flag to look at when it goes.
  struct Detour {
    ARAMID_COLD ~Detour() = default;
    Progress progress;
    std::optional<Chosen> chosen;
  };

  // Some are written before they are read, and not initialised: a call that goes well need not.
  State& routing_;
  Clients clients_;
  Alternatives alternatives_;
  std::size_t count_;      // of the candidates that it may ask
  std::size_t place_ = 0;  // in the order, in the first round
  std::size_t candidate_;  // that is asked, or waited for
  ARAMID_EMPTY std::conditional_t<reads_time, Times, NoTimes> time_;
  bool asking_ = false;
  bool open_ = true;        // somebody else may be asked after the last failure
  bool returning_ = false;  // all have been tried
  ARAMID_EMPTY Order order_;
  std::optional<Detour> detour_;
};

}  // namespace detail

ARAMID_END
