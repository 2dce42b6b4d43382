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
#include <string>    // to_string
#include <utility>   // forward

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

/// What the two are besides their ways to take a stream up: `Self::run(request, ctx)`. `Times` it may be done.
template <class Self, class Client, unsigned Times, class Where>
class StreamAgain : public Wrapping<Client> {
  static_assert(Times >= 1 && Times <= 8,
                "aramid: Restart<Client, Times> and Continue<Client, Times>: 1 to 8 times");
  static_assert(std::same_as<Where, SameProvider> || std::same_as<Where, NextProvider>,
                "aramid: Where a Restart or Continue asks again is SameProvider or NextProvider");

 public:
  constexpr StreamAgain()
    requires std::default_initializable<Client>
  = default;
  /// What the client is built from.
  template <class From>
    requires is_buildable_v<Client, std::remove_reference_t<From>>
  constexpr explicit StreamAgain(From&& client)
      : Wrapping<Client>{std::in_place, std::forward<From>(client)} {}

  Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) {
    static_assert(ChatClient<Client>,
                  "aramid: the client of a Restart or Continue must be callable as client(request, ctx) with "
                  "a ChatRequest "
                  "and return an Outcome<Completion>");
    // After a sentence the compiler is to say no more.
    if constexpr (ChatClient<Client>) {
      CallAccess::set_ceiling(ctx, attempts_allowed());
      return static_cast<Self&>(*this).run(request, ctx);
    } else {
      return fail(Fault::unknown);
    }
  }
  Outcome<Completion> operator()(const ChatRequest& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    return saturating_plus(aramid::attempts_allowed(this->client()), Times);
  }
  [[nodiscard]] static consteval unsigned max_attempts() noexcept {
    return saturating_plus(aramid::max_attempts<Client>(), Times);
  }
  [[nodiscard]] static consteval Duration worst_case() noexcept {
    return aramid::saturating_mul(aramid::worst_case<Client>(), Times + 1);
  }
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + std::string{Self::policy_name.view()} + ": interrupted streams, " +
            std::to_string(Times) + " times at most\n";
    describe_provider<Client>(text, indent);
  }
};

}  // namespace detail

ARAMID_END
