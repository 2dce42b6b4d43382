// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/args.hpp: several constructor arguments where one is expected.
//
//   using Chat = Resilient<Failover<Priority, A, B>, Telemetry>;
//   Chat chat{args(settings_a, settings_b)};            // the two arguments of the Failover
//   Failover<Priority, A, B> both{args(a, BreakerSettings{...}), b};
//
// Clients are built in place and never moved, so what a nested client is built from is passed through. Holds
// references: use it within one expression.
#pragma once

#include <aramid/config.hpp>

#include <tuple>        // tuple, forward_as_tuple, get
#include <type_traits>  // is_constructible_v
#include <utility>      // forward, index_sequence

ARAMID_BEGIN

template <class... T>
struct Args {
  std::tuple<T&&...> references;
};

template <class... T>
[[nodiscard]] constexpr Args<T...> args(T&&... arguments) noexcept {
  return {std::forward_as_tuple(std::forward<T>(arguments)...)};
}

template <class T>
inline constexpr bool is_args_v = false;
template <class... T>
inline constexpr bool is_args_v<Args<T...>> = true;

/// `T` can be built from `From`, or from the arguments that `From` stands for.
template <class T, class From>
inline constexpr bool is_buildable_v = std::is_constructible_v<T, From>;
template <class T, class... From>
inline constexpr bool is_buildable_v<T, Args<From...>> = std::is_constructible_v<T, From...>;

namespace detail {

/// A client that is built in place, from one value or from what `args(...)` stands for.
template <class Client>
struct Built {
  ARAMID_EMPTY Client client;

  constexpr Built() = default;
  template <class From>
    requires(!std::is_same_v<std::remove_cvref_t<From>, Built> && !is_args_v<std::remove_cvref_t<From>>)
  constexpr explicit Built(From&& from) : client(std::forward<From>(from)) {}
  template <class... From>
  constexpr explicit Built(Args<From...> from) : Built(std::index_sequence_for<From...>{}, from) {}

 private:
  template <std::size_t... I, class... From>
  constexpr Built(std::index_sequence<I...>, Args<From...>& from)
      : client(std::forward<From>(std::get<I>(from.references))...) {}
};

}  // namespace detail

ARAMID_END
