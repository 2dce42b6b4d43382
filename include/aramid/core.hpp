// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/core.hpp: the whole core, without policies and adapters.
#pragma once

#include <aramid/failover.hpp>
#include <aramid/lift.hpp>
#include <aramid/resilient.hpp>
#include <aramid/routing.hpp>
