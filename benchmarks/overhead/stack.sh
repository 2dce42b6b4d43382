#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# stack.sh BUILD_DIR: nanoseconds per successful call, medians of interleaved repetitions in one run, and the ratio of
# the stack to the hand-fused loop (goal: 1.10).
set -euo pipefail
build=${1:?usage: stack.sh BUILD_DIR}
# Without those that have scripts of their own: some start threads, which make every lock and shared_ptr dearer.
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='-: ' --benchmark_repetitions=15 \
  --benchmark_enable_random_interleaving=true --benchmark_min_time=0.1 --benchmark_format=csv \
  --benchmark_report_aggregates_only=true 2>/dev/null |
  awk -F'","|",|,' '/_median/ {
    name = $1; gsub(/"/, "", name); sub(/_median$/, "", name)
    sub(/.*_median"?,/, ""); split($0, field, ",")
    order[++n] = name; ns[name] = field[3]
  } END {
    for (i = 1; i <= n; ++i) printf "%-36s %8.1f ns\n", order[i], ns[order[i]]
    fused = ns["hand-fused loop"]; stack = ns["the same as a stack of policies"]
    if (fused > 0) printf "%-36s %8.3f (goal 1.10)\n", "stack / hand-fused", stack / fused
  }'
