// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/aramid.hpp: core and policies, never adapters.
//
// Budget: at most twice the compile time of <chrono> and <atomic> (`./dev bench` prints both).
#pragma once

#include <aramid/core.hpp>
#include <aramid/policies/adaptive_bulkhead.hpp>
#include <aramid/policies/adaptive_rate.hpp>
#include <aramid/policies/adaptive_timeout.hpp>
#include <aramid/policies/backoff.hpp>
#include <aramid/policies/breaker.hpp>
#include <aramid/policies/bulkhead.hpp>
#include <aramid/policies/chaos.hpp>
#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/keyed.hpp>
#include <aramid/policies/leased.hpp>
#include <aramid/policies/limiter.hpp>
#include <aramid/policies/metrics.hpp>
#include <aramid/policies/phase_timeout.hpp>
#include <aramid/policies/ramp_up.hpp>
#include <aramid/policies/retry_budget.hpp>
#include <aramid/policies/retry_quota.hpp>
#include <aramid/policies/retry_throttle.hpp>
#include <aramid/policies/shadow.hpp>
#include <aramid/policies/shared.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/switchable.hpp>
#include <aramid/policies/telemetry.hpp>
#include <aramid/policies/throttle.hpp>
#include <aramid/policies/timeout.hpp>
#include <aramid/policies/token_bucket.hpp>
