// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/async/any_provider.hpp: an AnyProvider that the coroutine driver can look into.
//
//   using AnyChat = AnyAsyncProvider<ChatRequest, Completion>;
//   FailoverList<SuccessRate, AnyChat> chat{candidates};
//   Outcome<Completion> answer = co_await async_call(chat, request, ctx);
//
// Everything that an AnyProvider is. Whatever it holds is compiled for both drivers, which a plain AnyProvider
// spares programs without coroutines; what it holds must be callable under both.
// Cost: as an AnyProvider's; an indirect call and the driver's allocations an asynchronous call.
#pragma once

#include <aramid/any_provider.hpp>
#include <aramid/async/call.hpp>

ARAMID_BEGIN

struct AsyncToo {
  template <class Request, class Response>
  struct Interface {
    virtual ~Interface() = default;
    virtual Task<Outcome<Response>> async(const Request& request, Context& ctx) = 0;
  };
  template <class Response, class Request>
  static Task<Outcome<Response>> ask(Interface<Request, Response>* held, const Request& request,
                                     Context& ctx) {
    return held != nullptr ? held->async(request, ctx) : refuse<Response>();
  }
  template <class Held, class Request, class Response>
  struct Implements final : Held {
    using Held::Held;
    Task<Outcome<Response>> async(const Request& request, Context& ctx) override {
      return detail::ask_async<Outcome<Response>>(this->provider, request, ctx);
    }
  };

 private:
  template <class Response>
  static Task<Outcome<Response>> refuse() {
    co_return detail::moved_from();
  }
};

template <class Request, class Response>
using AnyAsyncProvider = AnyProvider<Request, Response, AsyncToo>;

ARAMID_END
