#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# failover.sh BUILD_DIR: nanoseconds per successful call, the least of interleaved repetitions in one run. Fails if a
# Failover over one healthy provider costs more than 5 ns over that provider alone.
set -euo pipefail
build=${1:?usage: failover.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^failover: ' --benchmark_repetitions=15 \
  --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 --benchmark_format=csv 2>/dev/null |
  awk -F'","|",' '/^"failover: / && !/_(mean|median|stddev|cv)"/ {
    name = $1; gsub(/"|failover: /, "", name); split($2, field, ",")
    if (!(name in ns) || field[3] < ns[name]) ns[name] = field[3]
  } END {
    alone = ns["a stack alone"]
    for (name in ns) printf "%-36s %8.1f ns  %+6.1f\n", name, ns[name], ns[name] - alone | "sort -k 1,1"
    close("sort -k 1,1")
    exit !(alone > 0 && ns["one healthy provider"] - alone <= 5)
  }'
