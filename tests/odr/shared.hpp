// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#pragma once

#include <aramid/aramid.hpp>
#include <aramid/preempt.hpp>
#if defined(ARAMID_TEST_ADAPTERS)
#include <aramid/adapters/http.hpp>
#include <aramid/adapters/openai.hpp>
#endif

#include <chrono>

namespace odr {

using namespace std::chrono_literals;

inline auto answer = [](int const& request, aramid::Context&) -> aramid::Outcome<int> { return request + 1; };

using Client =
    aramid::Resilient<decltype(answer), aramid::Telemetry,
                      aramid::Backoff<aramid::Exponential, aramid::Jitter>, aramid::Breaker<5, 60s, 3>,
                      aramid::Limiter<aramid::SlidingWindow, aramid::RPM<50>, aramid::TPM<10'000>>,
                      aramid::PhaseTimeout<aramid::Connect<5s>, aramid::Total<60s>>,
                      aramid::AdaptiveTimeout<99, 300, 1s, 40s>, aramid::Timeout<30s>>;

int first(int request);
int second(int request);

}  // namespace odr
