// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/keyed_request.hpp: when two requests count as the same, for combinators that keep or share answers.
//
//   struct ByPrompt {
//     std::optional<std::string> operator()(const ChatRequest& request) const {
//       if (request.temperature > 0) return {};          // not to be kept or shared
//       return request.model + '\n' + request.prompt;    // everything that the answer hangs on
//     }
//   };
//
// A KeyOf has one operator() that takes the request and returns text, an integer, or an optional of these. Equal
// keys mean equal requests: whatever the answer depends on belongs into the key, the caller's identity included.
#pragma once

#include <aramid/random.hpp>

#include <concepts>     // integral, convertible_to
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <type_traits>  // remove_cvref_t

ARAMID_BEGIN

namespace detail {

template <class Function>
struct ArgumentOf;
template <class Of, class Returned, class Argument>
struct ArgumentOf<Returned (Of::*)(Argument) const> {
  using type = std::remove_cvref_t<Argument>;
  using Key = std::remove_cvref_t<Returned>;
};
template <class Of, class Returned, class Argument>
struct ArgumentOf<Returned (Of::*)(Argument) const noexcept> : ArgumentOf<Returned (Of::*)(Argument) const> {
};

template <class Key>
struct PlainKey {
  using type = Key;
};
template <class Key>
struct PlainKey<std::optional<Key>> {
  using type = Key;
};

}  // namespace detail

template <class K>
concept RequestKey =
    requires { &K::operator(); } && requires { typename detail::ArgumentOf<decltype(&K::operator())>::type; };

namespace detail {

template <RequestKey KeyOf>
struct Keys {
  using Request = typename ArgumentOf<decltype(&KeyOf::operator())>::type;
  using Returned = typename PlainKey<typename ArgumentOf<decltype(&KeyOf::operator())>::Key>::type;
  static_assert(std::integral<Returned> || std::convertible_to<Returned, std::string_view>,
                "aramid: a KeyOf returns text, an integer, or an optional of these");
  /// As it is kept.
  using Key = std::conditional_t<std::integral<Returned>, Returned, std::string>;

  [[nodiscard]] static std::optional<Key> of(const Request& request) {
    const auto key = KeyOf{}(request);
    if constexpr (requires { key.has_value(); }) {
      if (!key) return {};
      return Key(*key);
    } else {
      return Key(key);
    }
  }
  [[nodiscard]] static std::uint64_t hash(const Key& key) noexcept { return hash_of(key); }
};

}  // namespace detail

ARAMID_END
