// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/describe.hpp: what a client type says about itself.
//
//   describe<Client>()      the stack as text, one policy a line
//   worst_case<Client>()    the longest a call may take, as a constant: static_assert(worst_case<Client>() <= 2min)
//   max_attempts<Client>()  the most attempts a call may make over all providers, as a constant
//
// The worst case is attempts x time limits + waits. It is `unbounded` when some part has no limit: a provider
// without a Timeout, a limiter's queue outside any Timeout, settings that come at run time. It counts on
// providers returning at `ctx.deadline`, as adapters do. Rejections only make a call shorter.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/name.hpp>
#include <aramid/policy.hpp>
#include <aramid/provider.hpp>
#include <aramid/to_text.hpp>

#include <string>  // string

ARAMID_BEGIN

/// What `worst_case` answers when there is no limit.
inline constexpr Duration unbounded = Duration::max();

namespace detail {

// A policy's worst case given that of everything inside it; a policy that says nothing adds nothing.
template <class P>
[[nodiscard]] consteval Duration worst_case_through(Duration inner) noexcept {
  if constexpr (requires { P::worst_case(inner); }) {
    return P::worst_case(inner);
  } else if constexpr (repeats_v<P>) {
    return unbounded;
  } else {
    return inner;
  }
}

// The innermost policy is asked first.
template <class First, class... Inner>
[[nodiscard]] consteval Duration worst_case_of_stack(Duration provider) noexcept {
  if constexpr (sizeof...(Inner) == 0) {
    return worst_case_through<First>(provider);
  } else {
    return worst_case_through<First>(worst_case_of_stack<Inner...>(provider));
  }
}

template <class P>
void describe_policy(std::string& text, const std::string& indent) {
  text += indent;
  text += policy_name_v<P>.view();
  if constexpr (requires { P::describe(); }) {
    text += ": ";
    text += P::describe();
  }
  text += '\n';
}

// The type's own word, without its namespaces; "provider" for lambdas and for what has no plain name.
template <class P>
[[nodiscard]] constexpr std::string_view plain_type_name() noexcept {
#if defined(__GNUC__)
  std::string_view text = __PRETTY_FUNCTION__;  // "... [with P = name; ...]" or "... [P = name]"
  text.remove_prefix(text.find("P = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  if (text.find_first_of("<({ ") == text.npos) return text.substr(text.rfind(':') + 1);
#endif
  return "provider";
}

template <class P>
void describe_provider(std::string& text, const std::string& indent) {
  if constexpr (requires { P::describe_into(text, indent); }) {
    P::describe_into(text, indent);
  } else {
    text += indent;
    if constexpr (requires { Name{P::name}; }) {
      text += Name{P::name}.view();
    } else {
      text += plain_type_name<P>();
    }
    text += '\n';
  }
}

}  // namespace detail

template <class Client>
[[nodiscard]] std::string describe() {
  std::string text;
  detail::describe_provider<Client>(text, "");
  return text;
}

/// `unlimited_attempts` if a number is set at run time. An attempt that never left this process and was repeated
/// for that reason is not counted, as `Context::attempt()` does not count it.
template <class Client>
[[nodiscard]] consteval unsigned max_attempts() noexcept {
  if constexpr (requires { Client::max_attempts(); }) {
    return Client::max_attempts();
  } else {
    return 1;
  }
}

template <class Client>
[[nodiscard]] consteval Duration worst_case() noexcept {
  if constexpr (requires { Client::worst_case(); }) {
    return Client::worst_case();
  } else {
    return unbounded;
  }
}

ARAMID_END
