// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing.hpp: every way of choosing between candidates.
#pragma once

#include <aramid/route.hpp>
#include <aramid/routing/by_fact.hpp>
#include <aramid/routing/least_busy.hpp>
#include <aramid/routing/least_latency.hpp>
#include <aramid/routing/outlier_ejection.hpp>
#include <aramid/routing/round_robin.hpp>
#include <aramid/routing/sticky.hpp>
#include <aramid/routing/success_rate.hpp>
