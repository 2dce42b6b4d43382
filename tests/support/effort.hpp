// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Sanitizers find a wrong access the first time, and make a random test take ten times as long: they get a tenth.

#pragma once

namespace support {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int effort_divisor = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr int effort_divisor = 10;
#else
inline constexpr int effort_divisor = 1;
#endif
#else
inline constexpr int effort_divisor = 1;
#endif

/// `full` rounds of a random test, or a tenth of them, at least one.
constexpr int effort(int full) { return (full + effort_divisor - 1) / effort_divisor; }

}  // namespace support
