// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/attempt_once.hpp: a plain provider as a candidate of a combinator: one attempt, counted and noted.
#pragma once

#include <aramid/call.hpp>
#include <aramid/provider.hpp>

ARAMID_BEGIN

namespace detail {

template <class Result, class Provider, class Request>
Result attempt_once(Provider& provider, const Request& request, Context& ctx) {
  PolicyStack<> no_policies;
  Call<true> call{no_policies, ctx};
  if (call.start(Instant{}).kind != Step::Kind::attempt) return Result{std::unexpect, call.take_refusal()};
  CallAccess::forget_reading(ctx);
  if constexpr (has_name_v<Provider>) CallAccess::name_if_unnamed(ctx, name_of(provider));
  Result outcome = provider(request, ctx);
  if (outcome) {
    call.succeed(Instant{});
  } else {
    (void)call.fail(outcome.error(), Instant{});
  }
  return outcome;
}

}  // namespace detail

ARAMID_END
