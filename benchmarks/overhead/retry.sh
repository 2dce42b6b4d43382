#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# retry.sh BUILD_DIR: nanoseconds of processor time that a policy takes to decide on its first retry, the drawing of the
# jitter included, and what the hundredth delay of a curve takes. Medians of interleaved repetitions in one run.
set -euo pipefail
build=${1:?usage: retry.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^retry: ' \
  --benchmark_repetitions=15 --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 \
  --benchmark_format=csv --benchmark_report_aggregates_only=true 2>/dev/null |
  awk -F'"' '/_median"/ {
    name = substr($2, 8); sub(/_median$/, "", name); sub(/^,/, "", $3); split($3, field, ",")
    printf "%-56s %8.1f ns\n", name, field[3] | "LC_ALL=C sort"
  }'
