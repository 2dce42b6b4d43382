#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# timer.sh BUILD_DIR: what a pre-emptive timeout costs, the least of interleaved repetitions in one run, because other
# work on the machine only ever makes a run slower. Fails if arming and disarming take more than two uncontended locks
# and unlocks and 5 ns.
set -euo pipefail
build=${1:?usage: timer.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^timer: ' --benchmark_repetitions=15 \
  --benchmark_enable_random_interleaving=true --benchmark_min_time=0.1 --benchmark_format=csv 2>/dev/null |
  awk -F, '/^"timer: / && !/_(mean|median|stddev|cv)"/ {
    name = $1; gsub(/"|timer: /, "", name)
    if (!(name in ns) || $4 < ns[name]) ns[name] = $4
  } END {
    for (name in ns) printf "%-36s %8.1f ns\n", name, ns[name] | "sort"
    close("sort")
    pair = ns["lock and unlock of a mutex"]; timer = ns["arm and disarm"]
    if (pair > 0) printf "%-36s %8.3f (limit %.3f: 2 and 5 ns)\n", "arm and disarm / mutex", timer / pair, 2 + 5 / pair
    exit !(pair > 0 && timer > 0 && timer <= 2 * pair + 5)
  }'
