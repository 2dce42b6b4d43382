// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/sliding_window.hpp: the exact algorithm. No window, wherever it begins, holds more than its
// quota, and no call waits longer than that takes.
//
//   Limiter<SlidingWindow, RPM<50>, TPM<10'000>>
//
// When to use it: where a server counts exactly, and by default. When not: for quotas of more than some 100,000
// admissions in a window; `SlidingCounter` takes a few hundred bytes for any of them.
// Memory: 32 bytes for each admission that a window can hold, at most 4 MiB a quota.
#pragma once

#include <aramid/policies/sliding_log.hpp>

ARAMID_BEGIN

struct SlidingWindow {
  static constexpr Name name = "SlidingWindow";
  using Meter = SlidingLog<>;
};

ARAMID_END
