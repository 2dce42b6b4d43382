// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/drive.hpp: what every driver runs, and the blocking driver's loop.
//
// Clients and combinators keep their rules in deciders: one of each call, sans-I/O, neither copied nor moved.
//
//   auto decider = DriverAccess::decide(client, request, ctx);
//   Step step = decider.start(request);
//   while (step.kind != Step::Kind::done) {
//     attempt: outcome = the answer of the client that decider.ask(visitor) shows to the visitor;
//              step = decider.ended(request, outcome)
//     wait:    wait until step.until, a wake of ctx.waker() or a stop request; step = decider.resume(request)
//   }
//   decider.conclude(outcome);         // now it is what the caller gets
//
// What the visitor is shown is asked as `asked(request, ctx)` or driven in the same way. `Decider::asks_bare` says
// of a plain provider, one that is no stack, that it is called as it stands and not through a decider of its own.
// What the visitor begins there is begun at once, for the deciders hand the last reading of the clock on through
// `ctx`. A decider that is dropped at any point gives back what it holds. See docs/drivers.md.
// Cost: that of the rules. Thread-safety: one call, one thread at a time.
#pragma once

#include <aramid/step.hpp>

#include <new>          // placement new
#include <type_traits>  // is_move_assignable_v
#include <utility>      // move

ARAMID_BEGIN

/// Whether a driver can run the client's rules itself: then it has the same ones, and the driver's waits. Any other
/// client is called as it stands.
template <class Client>
inline constexpr bool has_decider_v = false;
template <class Client>
  requires requires { Client::has_decider; }
inline constexpr bool has_decider_v<Client> = Client::has_decider;

/// Whether its calls are races of several attempts, which the driver has to run.
template <class Client>
inline constexpr bool races_v = false;
template <class Client>
  requires requires { Client::races; }
inline constexpr bool races_v<Client> = Client::races;

namespace detail {
template <class Provider>
class OnceCall;
}  // namespace detail

/// The drivers' way into clients. Not for users, policies or providers.
struct DriverAccess {
  /// The decider of one call; refers to all three. Of a plain provider as a candidate: one attempt, counted and
  /// noted.
  template <class Client, class Request>
  [[nodiscard]] ARAMID_INLINE static auto decide(Client& client, const Request& request, Context& ctx) {
    if constexpr (has_decider_v<Client>) {
      return client.decide(request, ctx);
    } else {
      return detail::OnceCall<Client>{client, ctx};
    }
  }
  /// The same of a call that several attempts race for (<aramid/hedge_call.hpp>).
  template <class Result, class Client, class Request, class Launcher>
  [[nodiscard]] static auto race(Client& client, const Request& request, Context& ctx, Launcher launcher) {
    return client.template race<Result>(request, ctx, launcher);
  }
};

namespace detail {

/// Puts `value` in the place of `outcome`; of answers too that are moved but not assigned.
template <class Result>
void put(Result& outcome, Result value) {
  if constexpr (std::is_move_assignable_v<Result>) {
    outcome = std::move(value);
  } else {
    static_assert(std::is_nothrow_move_constructible_v<Result>,
                  "aramid: an answer is of a type that can be assigned, or moved without an exception");
    outcome.~Result();
    ::new (static_cast<void*>(&outcome)) Result(std::move(value));
  }
}

/// Asks a client, or a plain provider as a candidate of a combinator (<aramid/attempt_once.hpp>).
template <class Result, class Client, class Request>
[[nodiscard]] Result ask(Client& client, const Request& request, Context& ctx);

template <class Result, class Decider, class Request>
ARAMID_INLINE Result ask_blocking(Decider& decider, const Request& request, Context& ctx) {
  return decider.ask([&](auto& client) -> Result {
    if constexpr (Decider::asks_bare) {
      return client(request, ctx);
    } else {
      return ask<Result>(client, request, ctx);
    }
  });
}

// Everything after a first step that is not a plain success.
template <class Result, class Decider, class Request>
ARAMID_COLD void go_on_blocking(Decider& decider, Step step, const Request& request, Context& ctx,
                                Result& outcome) {
  while (step.kind != Step::Kind::done) {
    if (step.kind == Step::Kind::wait) {
      ctx.wait(step.until);
      step = decider.resume(request);
    } else {
      put(outcome, ask_blocking<Result>(decider, request, ctx));
      step = decider.ended(request, outcome);
    }
  }
}

/// The blocking driver.
template <class Result, class Decider, class Request>
[[nodiscard]] ARAMID_INLINE Result run_blocking(Decider& decider, const Request& request, Context& ctx) {
  Step step = decider.start(request);
  // One named result in the outermost scope, so that it is built in the caller's frame; slow paths assign to it.
  Result outcome =
      step.kind == Step::Kind::attempt ? ask_blocking<Result>(decider, request, ctx) : Result{std::unexpect};
  if (step.kind == Step::Kind::attempt) [[likely]]
    step = decider.ended(request, outcome);
  if (step.kind != Step::Kind::done) [[unlikely]]
    go_on_blocking(decider, step, request, ctx, outcome);
  decider.conclude(outcome);
  return outcome;
}

}  // namespace detail

ARAMID_END
