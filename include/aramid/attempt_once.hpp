// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/attempt_once.hpp: a plain provider as a candidate of a combinator: one attempt, counted and noted.
#pragma once

#include <aramid/call.hpp>
#include <aramid/drive.hpp>
#include <aramid/provider.hpp>

ARAMID_BEGIN

namespace detail {

/// The decider of that attempt: a stack without policies, which reads no clock.
template <class Provider>
class OnceCall {
 public:
  static constexpr bool asks_bare = true;

  OnceCall(Provider& provider, Context& ctx) noexcept : provider_{provider}, ctx_{ctx}, call_{none_, ctx} {}
  OnceCall(const OnceCall&) = delete;
  OnceCall& operator=(const OnceCall&) = delete;

  template <class Request>
  [[nodiscard]] Step start(const Request&) noexcept {
    return call_.start(Instant{});
  }
  template <class Request>
  [[nodiscard]] Step resume(const Request&) noexcept {
    return {};
  }
  template <class Request, class Result>
  [[nodiscard]] Step ended(const Request&, Result& outcome) noexcept {
    if (outcome) {
      call_.succeed(Instant{});
    } else {
      (void)call_.fail(outcome.error(), Instant{});
    }
    return {};
  }
  template <class Result>
  void conclude(Result& outcome) noexcept {
    if (call_.refused()) outcome.error() = call_.take_refusal();
  }
  template <class Visitor>
  decltype(auto) ask(Visitor&& visitor) {
    CallAccess::forget_reading(ctx_);
    if constexpr (has_name_v<Provider>) CallAccess::name_if_unnamed(ctx_, name_of(provider_));
    return visitor(provider_);
  }

 private:
  Provider& provider_;
  Context& ctx_;
  ARAMID_EMPTY PolicyStack<> none_;
  Call<true> call_;
};

template <class Result, class Provider, class Request>
Result attempt_once(Provider& provider, const Request& request, Context& ctx) {
  OnceCall<Provider> once{provider, ctx};
  return run_blocking<Result>(once, request, ctx);
}

template <class Result, class Client, class Request>
ARAMID_INLINE Result ask(Client& client, const Request& request, Context& ctx) {
  if constexpr (is_stack_v<Client>) {
    return client(request, ctx);
  } else {
    return attempt_once<Result>(client, request, ctx);
  }
}

}  // namespace detail

ARAMID_END
