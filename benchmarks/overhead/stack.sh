#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# stack.sh BUILD_DIR: nanoseconds per call, the least of interleaved repetitions in one run, because other work on the
# machine only ever makes a run slower; and the ratio of the stack to the hand-fused loop. Fails if that is above 1.10.
# Without those that have scripts of their own: some start threads, which make every lock and shared_ptr dearer.
set -euo pipefail
build=${1:?usage: stack.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^call: ' --benchmark_repetitions=25 \
  --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 --benchmark_format=csv 2>/dev/null |
  awk '/^"call: / && !/_(mean|median|stddev|cv)",/ {
    # The name may hold commas; it ends at the next quote, and the third number after it is the processor time.
    split($0, part, "\""); name = substr(part[2], 7); split(part[3], field, ",")
    if (!(name in ns) || field[4] < ns[name]) ns[name] = field[4]
  } END {
    n = split("two clock readings alone|provider called directly|Resilient<P> without policies|hand-fused loop|" \
      "the same as a stack of policies|the stack and a Limiter<SlidingWindow>|provider fails, called directly|" \
      "provider fails, one policy, no retry|refused by an open breaker", order, "|")
    for (i = 1; i <= n; ++i) printf "%-40s %8.1f ns\n", order[i], ns[order[i]]
    fused = ns["hand-fused loop"]; stack = ns["the same as a stack of policies"]
    if (fused > 0) printf "%-40s %8.2f (limit 1.10)\n", "the stack / hand-fused", stack / fused
    exit !(fused > 0 && stack > 0 && stack / fused <= 1.10)
  }'
