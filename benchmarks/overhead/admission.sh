#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# admission.sh BUILD_DIR: nanoseconds of processor time a call of the policies that bound concurrency and rates, admitted
# and settled, beside one fetch_add and a bulkhead by hand. Medians of interleaved repetitions in one run; with two
# threads they tell something only when both cores are free.
set -euo pipefail
build=${1:?usage: admission.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^admission: ' \
  --benchmark_repetitions=15 --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 \
  --benchmark_format=csv --benchmark_report_aggregates_only=true 2>/dev/null |
  awk -F'"' '/_median"/ {
    name = substr($2, 12); sub(/_median$/, "", name); sub(/\/threads:2$/, ", 2 threads", name)
    sub(/^,/, "", $3); split($3, field, ","); ns[name] = field[3]
  } END {
    for (name in ns) printf "%-56s %8.1f ns\n", name, ns[name] | "LC_ALL=C sort"
    close("LC_ALL=C sort")
    hand = "bulkhead of a mutex and a condition variable"
    if (ns[hand] > 0) printf "%-56s %8.2f\n", "Bulkhead / by hand", ns["Bulkhead<10>"] / ns[hand]
  }'
