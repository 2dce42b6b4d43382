// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/provider.hpp: what a client asks.
//
// A provider is anything callable as `provider(request, ctx)` that returns an `Outcome<T>`: a struct, a client
// made of other clients, or a plain lambda as it stands:
//
//   auto f = [](const Query& query, Context& ctx) -> Outcome<Row> { ... };
//   Resilient<decltype(f), Retry<3, Backoff<Exponential, Jitter>>> client{f};
//
// A provider should return early when `ctx.deadline` passes (`Fault::timed_out`) or `ctx.stop` is requested
// (`Fault::cancelled`), call `ctx.commit()` before its first output reaches the caller, and fill `ctx.usage`
// and `ctx.hints` when it knows them. It may be called from many threads at once.
//
// Optional members: `static constexpr Name name` or `Name name() const` for errors and metrics.
// For callables that return something else, or throw, see <aramid/lift.hpp>.
#pragma once

#include <aramid/context.hpp>
#include <aramid/error.hpp>

#include <concepts>     // invocable
#include <type_traits>  // invoke_result_t

ARAMID_BEGIN

/// `P` answers `Request`.
template <class P, class Request>
concept ProviderOf = std::invocable<P&, const Request&, Context&> &&
                     is_outcome_v<std::remove_cvref_t<std::invoke_result_t<P&, const Request&, Context&>>>;

/// Whether a request may be sent more than once: true for requests that are values. A request type whose body can
/// be read only once says `static constexpr bool replayable = false`, or specialises this. Retries, failover and
/// hedges refuse it at compile time.
template <class Request>
inline constexpr bool replayable_v = true;
template <class Request>
  requires requires { Request::replayable; }
inline constexpr bool replayable_v<Request> = Request::replayable;

/// A client made of other clients (`Resilient`, `Failover`): it counts attempts and hands readings of the clock
/// on by itself.
template <class P>
inline constexpr bool is_stack_v = false;
template <class P>
  requires requires { P::is_stack; }
inline constexpr bool is_stack_v<P> = P::is_stack;

/// The provider's own name, empty if it has none.
template <class P>
[[nodiscard]] constexpr Name name_of([[maybe_unused]] const P& provider) noexcept {
  if constexpr (requires { Name{provider.name()}; }) {
    return provider.name();
  } else if constexpr (requires { Name{P::name}; }) {
    return P::name;
  } else {
    return {};
  }
}

template <class P>
inline constexpr bool has_name_v =
    requires(const P& provider) { Name{provider.name()}; } || requires { Name{P::name}; };

/// The name that a provider's, or a client's, type knows; empty if only the object does.
template <class P>
[[nodiscard]] consteval Name static_name_of() noexcept {
  if constexpr (requires { typename P::provider_type; }) {
    return static_name_of<typename P::provider_type>();
  } else if constexpr (requires { Name{P::name}; }) {
    return P::name;
  } else {
    return {};
  }
}

/// The most attempts that one call of `provider` makes.
template <class P>
[[nodiscard]] constexpr unsigned attempts_allowed([[maybe_unused]] const P& provider) noexcept {
  if constexpr (is_stack_v<P>) {
    return provider.attempts_allowed();
  } else {
    return 1;
  }
}

namespace detail {

/// A product of counts that sticks at the largest value.
[[nodiscard]] constexpr unsigned saturating_mul(unsigned a, unsigned b) noexcept {
  const auto product = static_cast<std::uint64_t>(a) * b;
  return product > std::numeric_limits<unsigned>::max() ? std::numeric_limits<unsigned>::max()
                                                        : static_cast<unsigned>(product);
}
[[nodiscard]] constexpr unsigned saturating_plus(unsigned a, unsigned b) noexcept {
  return b > std::numeric_limits<unsigned>::max() - a ? std::numeric_limits<unsigned>::max() : a + b;
}

}  // namespace detail

ARAMID_END
