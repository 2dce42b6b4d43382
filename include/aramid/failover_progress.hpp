// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_progress.hpp: what the failures of one call have shown of the candidates so far.
//
// Cost: a few comparisons, and the memory of the history. Thread-safety: a value of one call.
#pragma once

#include <aramid/failover_left.hpp>
#include <aramid/route.hpp>

#include <optional>  // optional
#include <utility>   // exchange, move

ARAMID_BEGIN

namespace detail {

/// What earlier visits left.
struct Visit {
  Instant ready = Instant::max();  // when it would let the call in; max: not known
  Fault fault = Fault::unknown;    // what it refused the call with
  bool queues = false;             // it holds calls back itself, in its own order
  bool asked = false;              // it has made an attempt
  unsigned char returns = 0;       // how often the call has come back to it
};

template <class Clients, std::size_t Max>
struct FailoverProgress {
  Eligible eligible;
  Visit visits[Max];
  std::size_t held_back = 0;  // visits after which one may come back
  History history;
  std::optional<Error> best;
  Error last;  // without its history

  /// False if nobody else may be asked.
  bool note(Error&& error, std::size_t candidate, const CandidateFacts& facts, Context& ctx) noexcept {
    Visit& visit = visits[candidate];
    mark(visit, error, ctx);
    visit.asked = visit.asked || !error.history.empty();
    history.append(std::exchange(error.history, History{}));
    held_back += visit.ready != Instant::max() ? 1 : 0;
    const bool open = eligible.learn(error, facts);
    last.fault = error.fault;
    last.provider = error.provider;
    if (!best || more_informative(error, *best)) best.emplace(std::move(error));
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
  void held_back_by(std::size_t candidate, Context& ctx) noexcept {
    const Visit& visit = visits[candidate];
    Error& refusal = best.emplace();
    refusal.fault = visit.fault;
    refusal.reason = Reason::elsewhere;
    refusal.provider = ctx.provider();
    if (visit.ready < ctx.deadline - Duration{1})
      refusal.retry_after = elapsed(CallAccess::look(ctx), visit.ready);
  }
  /// The call ends with this before anybody is asked.
  void refuse(Error error) noexcept { best.emplace(std::move(error)); }
  /// The most informative error, with the attempts of all.
  [[nodiscard]] Error result() && noexcept {
    best->history = std::move(history);
    return std::move(*best);
  }
};

}  // namespace detail

ARAMID_END
