#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# breaker.sh BUILD_DIR: nanoseconds of admitting and settling a call that succeeds, and of a refusal; medians of
# interleaved repetitions in one run, and their ratios to one fetch_add (goals: 1.5 for failures in a row, 2.0 for a
# window) and to one clock reading (goal for a refusal: 1.25).
set -euo pipefail
build=${1:?usage: breaker.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^breaker: ' \
  --benchmark_repetitions=15 --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 \
  --benchmark_format=csv --benchmark_report_aggregates_only=true 2>/dev/null |
  awk -F'"' '/_median"/ {
    name = substr($2, 10); sub(/_median$/, "", name); sub(/^,/, "", $3); split($3, field, ",")
    ns[name] = field[3]
  } END {
    for (name in ns) printf "%-48s %8.1f ns\n", name, ns[name] | "LC_ALL=C sort"
    close("LC_ALL=C sort")
    add = ns["one fetch_add"]; clock = ns["one reading of the steady clock"]
    if (add > 0) {
      printf "%-48s %8.2f (goal 1.50)\n", "failures in a row / fetch_add", ns["Breaker<5, 60s, 3>, a success"] / add
      printf "%-48s %8.2f (goal 2.00)\n", "failure rate / fetch_add", ns["Breaker<FailureRate{}>, a success"] / add
      printf "%-48s %8.2f\n", "by hand / fetch_add", ns["by hand (mutex, deque, function), a success"] / add
    }
    if (clock > 0)
      printf "%-48s %8.2f (goal 1.25)\n", "a refusal / clock reading", ns["Breaker<5, 60s, 3>, a refusal"] / clock
  }'
