// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/curve.hpp: how the delay grows from retry to retry.
//
// A curve is a type with `static constexpr Duration delay(Duration base, unsigned retry)`, retry counted from 0,
// monotone and saturating: retry 2^31 is as safe as retry 1. The cap is the retry policy's.
// Cost: no division, no floating point.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/name.hpp>

ARAMID_BEGIN

/// base * 2^retry.
struct Exponential {
  static constexpr Name name = "Exponential";
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned retry) noexcept {
    if (base <= Duration::zero()) return Duration::zero();
    if (retry >= 62 || base.count() > (Duration::max().count() >> retry)) return Duration::max();
    return Duration{base.count() << retry};
  }
};

/// The same delay each time.
struct Constant {
  static constexpr Name name = "Constant";
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned) noexcept { return base; }
};

ARAMID_END
