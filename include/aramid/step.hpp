// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/step.hpp: what a call tells its driver, and what a stop makes of a failure.
#pragma once

#include <aramid/error.hpp>

ARAMID_BEGIN

/// What the driver is to do next.
struct Step {
  enum class Kind : std::uint8_t { attempt, wait, done };
  Kind kind = Kind::done;
  Instant until{};  ///< with wait; Instant::max() = until woken
};

namespace detail {

/// The call would have gone on, but for the caller: that is what ended it.
inline void become_cancelled(Error& error) noexcept {
  error.fault = Fault::cancelled;
  error.status = 0;
  error.retry_after.reset();
  error.message.clear();
}

}  // namespace detail

ARAMID_END
