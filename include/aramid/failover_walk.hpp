// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_walk.hpp: what candidates known at compile time and at run time have in common: a routing's
// state, and a look at the order in which a call would ask them.
#pragma once

#include <aramid/failover_call.hpp>

ARAMID_BEGIN

namespace detail {

// Nothing for what is no routing: the sentence about that is the only one to come.
template <class Routing, class Clients, std::size_t Max>
class FailoverWalk {};

template <RoutingType Routing, class Clients, std::size_t Max>
class FailoverWalk<Routing, Clients, Max> {
 public:
  using Call = FailoverCall<Routing, Clients, Max>;

  [[nodiscard]] ARAMID_INLINE Call decide(Clients clients, Context& ctx) noexcept {
    return Call{routing_, clients, ctx};
  }

  /// Shows `visit(candidate, asked)` the candidates in the order in which a call made now would ask them, then
  /// those that its route leaves out. Changes nothing: a turn is not taken, and nothing is drawn.
  template <class Request, class Visitor>
  void preview(Clients& clients, const Request& request, const Context& ctx, Instant now,
               Visitor&& visit) const {
    ChosenOrder<Max> chosen;
    const bool known = chosen.choose(clients, ctx.route, [&] {
      RouteView<Clients, Request> view{clients, request, nullptr, now};
      add_all<Routing>(routing_, chosen, view);
    });
    const std::size_t asked = !known ? 0 : ctx.route.failover ? chosen.size() : 1;
    const std::size_t named = chosen.size();
    for (std::size_t i = 0; i < clients.size(); ++i) chosen.add(i);
    for (std::size_t i = 0; i < chosen.size(); ++i) visit(chosen[i], i < named && i < asked);
  }

 private:
  ARAMID_EMPTY typename Routing::template State<Max> routing_;
};

}  // namespace detail

ARAMID_END
