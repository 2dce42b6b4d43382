// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/stack.hpp: the policies of one client, stored side by side.
//
// Policies hold atomics and mutexes, so they are built in place and never moved. A policy without state takes
// no room (`sizeof` is asserted in the tests).
#pragma once

#include <aramid/policy.hpp>
#include <aramid/tuple_at.hpp>

#include <cstddef>  // size_t
#include <utility>  // index_sequence

ARAMID_BEGIN

namespace detail {

struct UseDefaults {};

template <class P>
struct SettingsOf {
  using type = UseDefaults;
};
template <class P>
  requires requires { typename P::Settings; }
struct SettingsOf<P> {
  using type = typename P::Settings;
};

template <class P>
struct Slot {
  ARAMID_EMPTY P policy;

  constexpr explicit Slot(UseDefaults) : policy() {}
  // g++ 12 writes zeros where an empty object is value-initialised, although the provider lies at the same address.
  constexpr explicit Slot(UseDefaults)
    requires std::is_empty_v<P>
  {}
  template <class Settings>
  constexpr explicit Slot(const Settings& settings) : policy(settings) {}
};

template <std::size_t I, class Wanted, std::size_t Skip, class... Args>
struct NthOfType;  // index of the (Skip + 1)-th argument of type Wanted, or sizeof...(Args) if there is none

template <std::size_t I, class Wanted, std::size_t Skip>
struct NthOfType<I, Wanted, Skip> {
  static constexpr std::size_t value = I;
};
template <std::size_t I, class Wanted, std::size_t Skip, class First, class... Rest>
struct NthOfType<I, Wanted, Skip, First, Rest...> {
  static constexpr bool match = std::same_as<Wanted, First>;
  static constexpr std::size_t value = [] {
    if constexpr (match && Skip == 0) {
      return I;
    } else {
      return NthOfType < I + 1, Wanted, match ? Skip - 1 : Skip, Rest... > ::value;
    }
  }();
};

template <std::size_t I, class First, class... Rest>
constexpr const auto& nth(const First& first, const Rest&... rest) noexcept {
  if constexpr (I == 0) {
    return first;
  } else {
    return nth<I - 1>(rest...);
  }
}

}  // namespace detail

/// The settings types that the policies of a stack accept, each once per policy.
template <class Settings, class... Policies>
inline constexpr std::size_t takers_v =
    (std::size_t{0} + ... + (std::same_as<Settings, typename detail::SettingsOf<Policies>::type> ? 1 : 0));

template <class... Policies>
class PolicyStack {
 public:
  static constexpr std::size_t depth = sizeof...(Policies);

  constexpr PolicyStack() : slots_{((void)sizeof(Policies), detail::UseDefaults{})...} {}

  /// Each settings object goes to the policy that has it as `Settings`; of several, to the first one free.
  template <class... Settings>
    requires(sizeof...(Settings) > 0)
  constexpr explicit PolicyStack(const Settings&... settings)
      : PolicyStack(std::make_index_sequence<depth>{}, settings...) {}

  PolicyStack(const PolicyStack&) = delete;
  PolicyStack& operator=(const PolicyStack&) = delete;

  template <std::size_t I>
  [[nodiscard]] constexpr auto& get() noexcept {
    return detail::tuple_at<I>(slots_).policy;
  }
  template <std::size_t I>
  [[nodiscard]] constexpr const auto& get() const noexcept {
    return detail::tuple_at<I>(slots_).policy;
  }

 private:
  template <class... Settings, std::size_t... I>
  constexpr PolicyStack(std::index_sequence<I...>, const Settings&... settings)
      : slots_{pick<I>(settings...)...} {}

  // How many policies before the I-th take the same settings type.
  template <std::size_t I>
  static constexpr std::size_t takers_before() noexcept {
    using Wanted = typename detail::SettingsOf<Nth<I>>::type;
    constexpr bool same[] = {std::same_as<Wanted, typename detail::SettingsOf<Policies>::type>...};
    std::size_t count = 0;
    for (std::size_t i = 0; i < I; ++i) count += same[i] ? 1 : 0;
    return count;
  }

  template <std::size_t I, class... Settings>
  static constexpr decltype(auto) pick(const Settings&... settings) noexcept {
    using Wanted = typename detail::SettingsOf<Nth<I>>::type;
    constexpr std::size_t at = detail::NthOfType<0, Wanted, takers_before<I>(), Settings...>::value;
    if constexpr (at < sizeof...(Settings) && !std::same_as<Wanted, detail::UseDefaults>) {
      return detail::nth<at>(settings...);
    } else {
      return detail::UseDefaults{};
    }
  }

  template <std::size_t I>
  using Nth = std::remove_cvref_t<decltype(detail::tuple_at<I>(
      std::declval<boost::hana::basic_tuple<std::type_identity<Policies>...>&>()))>::type;

  ARAMID_EMPTY boost::hana::basic_tuple<detail::Slot<Policies>...> slots_;
};

/// Without a member, for the reason that `detail::Slot` gives.
template <>
class PolicyStack<> {
 public:
  static constexpr std::size_t depth = 0;

  constexpr PolicyStack() {}
  PolicyStack(const PolicyStack&) = delete;
  PolicyStack& operator=(const PolicyStack&) = delete;

  /// There is none; clang wants the name all the same.
  template <std::size_t I>
  void get() noexcept = delete;
};

ARAMID_END
