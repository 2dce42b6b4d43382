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

#include <concepts>     // integral
#include <cstdint>      // int64_t
#include <string>       // string, to_string
#include <string_view>  // string_view
#include <type_traits>  // is_signed_v

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

/// What the sentence about a setting is made of: a piece of text, a number, or a duration. One type for all: a
/// template for each combination made <aramid/aramid.hpp> slower to include.
class SettingText {
 public:
  constexpr SettingText(const char* text) noexcept : text_{text} {}
  constexpr SettingText(std::string_view text) noexcept : text_{text} {}
  constexpr SettingText(Duration d) noexcept : kind_{Kind::duration}, value_{d.count()} {}
  constexpr SettingText(Span d) noexcept : kind_{Kind::duration}, value_{d.ns} {}
  template <std::integral Number>
  constexpr SettingText(Number n) noexcept
      : kind_{std::is_signed_v<Number> ? Kind::integer : Kind::natural},
        value_{static_cast<std::int64_t>(n)} {}

  [[nodiscard]] std::string text() const {
    if (kind_ == Kind::integer) return std::to_string(value_);
    if (kind_ == Kind::natural) return std::to_string(static_cast<std::uint64_t>(value_));
    return kind_ == Kind::duration ? to_text(Duration{value_}) : std::string{text_};
  }

 private:
  enum class Kind : std::uint8_t { text, integer, natural, duration };
  Kind kind_ = Kind::text;
  std::int64_t value_ = 0;
  std::string_view text_{};
};

namespace detail {

[[noreturn]] ARAMID_COLD inline void refuse_setting(std::string_view field, const SettingText& value,
                                                    const SettingText& allowed, const SettingText& bound,
                                                    const SettingText& rest) {
  std::string sentence = "aramid: ";
  sentence += field;
  sentence += " is " + value.text() + ", allowed is " + allowed.text() + bound.text() + rest.text();
#if ARAMID_EXCEPTIONS
  throw std::invalid_argument{sentence};
#else
  std::fputs(sentence.c_str(), stderr);
  std::fputs("\n", stderr);
  std::abort();
#endif
}

}  // namespace detail

/// If not `fine`: "aramid: FIELD is VALUE, allowed is ALLOWED". `field` is "Settings::member"; what is allowed may
/// come in up to three pieces, which are joined. The text is built only then.
constexpr void require_setting(bool fine, std::string_view field, const SettingText& value,
                               const SettingText& allowed, const SettingText& bound = "",
                               const SettingText& rest = "") {
  if (!fine) detail::refuse_setting(field, value, allowed, bound, rest);
}

ARAMID_END
