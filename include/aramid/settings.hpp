// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/settings.hpp: settings that come at run time, and what happens when they are wrong.
//
// Every policy takes its settings as template arguments (`Breaker<5, 60s, 3>`) or as an aggregate with the same
// fields (`Breaker<>` with `BreakerSettings{...}`). Template arguments are checked at compile time. An aggregate
// is checked when the policy is built: std::invalid_argument with the sentence, or, where exceptions are off,
// the sentence on the way to std::abort. In a constant expression it is a compile error.
#pragma once

#include <aramid/duration.hpp>

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

/// `sentence` names the setting, what is wrong and what is allowed.
constexpr void require_setting(bool fine, const char* sentence) {
  if (fine) return;
#if ARAMID_EXCEPTIONS
  throw std::invalid_argument{sentence};
#else
  std::fputs(sentence, stderr);
  std::fputs("\n", stderr);
  std::abort();
#endif
}

ARAMID_END
