// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/restart.hpp: asks again when a stream breaks off, and tells the caller to drop what was heard.
//
//   Restart<Failover<Priority, A, B>> chat{args(a, b)};     once more, at another provider if there is one
//   Restart<Client, 2, SameProvider> chat{settings};        twice, wherever the client sends it
//
//   request.on_text = [&](std::string_view piece) { text += piece; };
//   request.on_restart = [&] { text.clear(); };             without it nothing is restarted
//
// When to use it: the listener can take text back: a screen, a buffer. When not: text that has been acted upon,
// spoken, or sent on; answers so dear that half of one is worth keeping (Continue).
// `on_restart` is called just before the new answer's first output. If none comes the old text stands: the call
// ends as `interrupted`, and `request.partial` is what was heard. Retries and failover of the client inside are at
// work before the new output as before any first one. A cancelled call is not restarted, nor one that has used up
// its time or its attempts, nor one that a RetryBudget outside does not pay for.
// Attempts over all: the client's plus `Restarts` at most, or `ctx.max_attempts`.
// Cost: none until a stream breaks off, then a copy of the request. Thread-safety: as the client's.
#pragma once

#include <aramid/adapters/stream_again.hpp>

#include <utility>  // exchange, move

ARAMID_BEGIN

template <class Client, unsigned Restarts = 1, class Where = NextProvider>
class Restart : public detail::StreamAgain<Restart<Client, Restarts, Where>, Client, Restarts, Where> {
  using Again = detail::StreamAgain<Restart, Client, Restarts, Where>;
  friend Again;

 public:
  static constexpr Name policy_name = "Restart";
  using Again::Again;

 private:
  Outcome<Completion> run(const ChatRequest& request, Context& ctx) {
    Outcome<Completion> outcome = detail::ask<Outcome<Completion>>(this->client(), request, ctx);
    if (outcome || !request.on_text || !request.on_restart) [[likely]]
      return outcome;
    bool began = true;
    for (unsigned i = 0; i < Restarts && !outcome && began; ++i) {
      if (!detail::take_up_again(outcome.error(), ctx, policy_name)) break;
      outcome = restart(request, ctx, std::move(outcome), began);
    }
    // What had arrived before is void.
    if (outcome && request.partial != nullptr) *request.partial = {};
    return outcome;
  }

  // `began`: whether the new attempt had output, after which the old one's is void.
  ARAMID_COLD Outcome<Completion> restart(const ChatRequest& request, Context& ctx,
                                          Outcome<Completion> broken, bool& began) {
    const detail::FreshStart fresh{ctx, Where::step != 0 ? broken.error().provider : Name{}};
    bool told = false;
    ChatRequest again = request;
    again.on_text = [&](std::string_view piece) {
      if (!std::exchange(told, true)) request.on_restart();
      request.on_text(piece);
    };
    Outcome<Completion> outcome = detail::ask<Outcome<Completion>>(this->client(), again, ctx);
    began = outcome.has_value() || ctx.committed();
    // A refusal or a tool call is output without text.
    if (began && !told) {
      if (std::optional<Error> thrown = detail::tell_restart(request)) {
        outcome = std::unexpected<Error>{std::move(*thrown)};
      }
    }
    return detail::of_both(std::move(broken), std::move(outcome));
  }
};

ARAMID_END
