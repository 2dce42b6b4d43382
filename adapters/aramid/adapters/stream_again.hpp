// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/stream_again.hpp: what Restart and Continue have in common: when an interrupted stream may be
// taken up again, and a fresh state for the call that does it.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/route.hpp>
#include <aramid/wrapping.hpp>

#include <concepts>  // same_as
#include <optional>  // optional

ARAMID_BEGIN

/// Answers a ChatRequest with a Completion.
template <class Client>
concept ChatClient = ProviderOf<Client, ChatRequest> &&
                     std::same_as<detail::ResultOf<Client, ChatRequest>, Outcome<Completion>>;

namespace detail {

/// Whether a failed stream is taken up again; if so it has been paid for, and the listeners know. Never one that
/// the caller cancelled, one whose time or attempts are used up, or one that broke off before its output: the
/// client has done for that one what it could.
[[nodiscard]] inline bool take_up_again(const Error& error, Context& ctx, Name by) noexcept {
  if (error.fault != Fault::interrupted || ctx.stop.stop_requested() || ctx.attempts_used_up() ||
      CallAccess::time_is_over(ctx) || !ctx.budgets.charge(&error, CallAccess::look(ctx))) {
    return false;
  }
  if (ctx.listeners.want(EventKind::resumed)) {
    ctx.announce(
        {.kind = EventKind::resumed, .fault = error.fault, .provider = error.provider, .policy = by});
  }
  return true;
}

/// While it lives a new attempt may begin as if the call had no output yet. Afterwards the call is committed,
/// with the new output or still with the old.
class FreshStart {
 public:
  /// `last`: who is to be asked last of all, empty for nobody.
  FreshStart(Context& ctx, Name last) noexcept : ctx_{ctx}, route_{ctx.route} {
    if (!last.empty() && route_.failover) ctx_.route.last = last;
    CallAccess::set_committed(ctx_, false);
    CallAccess::pass_on(ctx_);
    ctx_.usage = {};
    ctx_.hints = {};
  }
  FreshStart(const FreshStart&) = delete;
  FreshStart& operator=(const FreshStart&) = delete;
  ~FreshStart() {
    ctx_.route = route_;
    CallAccess::set_committed(ctx_, true);
  }

 private:
  Context& ctx_;
  Route route_;
};

/// The outcome of a call that was made twice: the second one's answer, or the error that tells more, with the
/// attempts of both.
[[nodiscard]] Outcome<Completion> of_both(Outcome<Completion> first, Outcome<Completion> second);

/// Calls the caller's function; what it throws is the end of the call.
[[nodiscard]] std::optional<Error> tell_restart(const ChatRequest& request);

}  // namespace detail

ARAMID_END
