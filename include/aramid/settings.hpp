// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/settings.hpp: settings that come at run time, and what happens when they are wrong.
//
// Every policy takes its settings as template arguments (`Breaker<5, 60s, 3>`) or as an aggregate with the same
// fields (`Breaker<>` with `BreakerSettings{...}`). Template arguments are checked at compile time. An aggregate
// is checked when the policy is built: std::invalid_argument with a sentence that names the field, the value given
// and what is allowed, or, where exceptions are off, the same sentence on the way to std::abort. In a constant
// expression it is a compile error.
//
//   require_setting(positive(settings.base), "RetrySettings::base", settings.base, "above 0");
//   aramid: RetrySettings::base is -5 ms, allowed is above 0
#pragma once

#include <aramid/to_text.hpp>

#include <string>       // string, to_string
#include <string_view>  // string_view
#include <type_traits>  // is_arithmetic_v

#if ARAMID_EXCEPTIONS
#include <stdexcept>  // invalid_argument
#else
#include <cstdio>   // fputs
#include <cstdlib>  // abort
#endif

ARAMID_BEGIN

/// The template argument that means "the settings come at run time".
struct AtRunTime {
  friend constexpr bool operator==(AtRunTime, AtRunTime) = default;
};

/// The same for a Span.
inline constexpr Span span_at_run_time{Duration::min()};

namespace detail {

[[nodiscard]] inline std::string setting_text(std::string_view text) { return std::string{text}; }
[[nodiscard]] inline std::string setting_text(Duration d) { return to_text(d); }
[[nodiscard]] inline std::string setting_text(Span d) { return to_text(d); }
template <class Number>
  requires std::is_arithmetic_v<Number>
[[nodiscard]] std::string setting_text(Number value) {
  return std::to_string(value);
}

[[noreturn]] ARAMID_COLD inline void refuse_setting(const std::string& sentence) {
#if ARAMID_EXCEPTIONS
  throw std::invalid_argument{sentence};
#else
  std::fputs(sentence.c_str(), stderr);
  std::fputs("\n", stderr);
  std::abort();
#endif
}

}  // namespace detail

/// If not `fine`: "aramid: FIELD is VALUE, allowed is ALLOWED". `field` is "Settings::member"; `value` and the
/// parts of `allowed`, which are joined, are text, numbers or durations. The text is built only then.
template <class Value, class... Allowed>
constexpr void require_setting(bool fine, std::string_view field, const Value& value,
                               const Allowed&... allowed) {
  static_assert(sizeof...(Allowed) > 0, "aramid: require_setting: say what is allowed");
  if (fine) return;
  std::string sentence = "aramid: ";
  sentence += field;
  sentence += " is " + detail::setting_text(value) + ", allowed is ";
  ((sentence += detail::setting_text(allowed)), ...);
  detail::refuse_setting(sentence);
}

ARAMID_END
