// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_order.hpp: what a call's route says about whom to ask.
//
// Cost: a few comparisons of names, no allocation. Thread-safety: a value.
#pragma once

#include <aramid/candidate.hpp>
#include <aramid/context.hpp>
#include <aramid/route.hpp>

#include <cstdint>  // uint8_t

ARAMID_BEGIN

namespace detail {

/// In the place of a request where there is none yet.
struct NoRequest {};

/// Who is available to a call of which only the context is known.
template <class Routing, class Client>
[[nodiscard]] auto available_to_any(Client& client, Context& ctx)
    -> decltype(client.available(NoRequest{}, ctx)) {
  constexpr bool looks = reads_request_v<Routing>;
  static_assert(!looks,
                "aramid: available(client): the routing of this client looks at the request, so say at which "
                "one: available(client, request)");
  if constexpr (looks) {
    return {};
  } else {
    return client.available(NoRequest{}, ctx);
  }
}

/// What a routing sees of the candidates and of the call.
template <class Clients, class Request>
class RouteView {
 public:
  /// Without a context nothing is drawn.
  RouteView(const Clients& clients, const Request& request, Context* ctx, Instant now) noexcept
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
  const Clients& clients_;
  const Request& request_;
  Context* ctx_;
  Instant now_;
};

/// The candidates of one call, in its order.
template <std::size_t Max>
class ChosenOrder {
 public:
  /// Whom `route` names, else whom `add_all` adds, turned as the route wants it. False if it names somebody who is
  /// not there.
  template <class Clients, class AddAll>
  bool choose(const Clients& clients, const Route& route, const AddAll& add_all) {
    bool known = true;
    const auto add_named = [&](std::string_view name) {
      std::size_t i = 0;
      while (i < clients.size() && !(clients.name(i) == name)) ++i;
      known = known && i < clients.size();
      if (i < clients.size()) add(i);
    };
    if (!route.only.empty()) {
      add_named(route.only);
    } else if (!route.order.empty()) {
      for (const std::string_view name : route.order) add_named(name);
    } else {
      add_all();
    }
    turn(route.skip, [&](std::size_t i) { return !route.last.empty() && clients.name(i) == route.last; });
    return known;
  }

  /// At the end, if it is not there already. Not inlined: g++ would warn of a write past the end that never is.
  ARAMID_COLD void add(std::size_t candidate) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (at_[i] == candidate) return;
    }
    at_[count_++] = static_cast<std::uint8_t>(candidate);
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::size_t operator[](std::size_t i) const noexcept { return at_[i]; }

 private:
  // The first `skip` go behind the others, and the one that `is_last` tells behind all.
  template <class IsLast>
  void turn(std::size_t skip, const IsLast& is_last) noexcept {
    if (count_ == 0) return;
    const ChosenOrder before = *this;
    const std::size_t first = skip % before.count_;
    count_ = 0;
    std::size_t last = Max;
    for (std::size_t i = 0; i < before.count_; ++i) {
      const std::size_t candidate = before.at_[(i + first) % before.count_];
      if (is_last(candidate)) {
        last = candidate;
      } else {
        add(candidate);
      }
    }
    if (last != Max) add(last);
  }

  std::uint8_t at_[Max];
  std::size_t count_ = 0;
};

/// Adds all candidates in the routing's own order.
template <class Routing, class State, std::size_t Max, class View>
void add_all(State& routing, ChosenOrder<Max>& chosen, View& view) {
  typename Routing::template Order<Max> order;
  Routing::begin(routing, order, view);
  for (std::size_t i = 0; i < view.size(); ++i) chosen.add(Routing::at(order, i));
}

template <class Clients>
[[nodiscard]] Error unknown_name(const Clients& clients) {
  Error error;
  error.fault = Fault::invalid_request;
  error.message = "no provider has a name given in route.only or route.order; the names are:";
  for (std::size_t i = 0; i < clients.size(); ++i) error.message.append(" ").append(clients.name(i).view());
  return error;
}

}  // namespace detail

ARAMID_END
