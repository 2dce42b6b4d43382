#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# limiter.sh BUILD_DIR: nanoseconds per call that a limiter lets in, and the ratios to a bare compare-and-swap. The least
# of interleaved repetitions, because other work on the machine only ever makes a run slower; with two threads the
# median, because they meet only when both run. That tells something on a machine with two cores that are free.
set -euo pipefail
build=${1:?usage: limiter.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^limiter:' --benchmark_repetitions=25 \
  --benchmark_enable_random_interleaving=true --benchmark_min_time=0.05 --benchmark_format=csv 2>/dev/null |
  awk '/^"limiter: / && !/_(mean|stddev|cv)",/ {
    # The name may hold commas; it ends at the next quote, and the third number after it is the processor time.
    split($0, part, "\""); name = substr(part[2], 10); split(part[3], field, ",")
    threads = name ~ /threads:2/; median = sub(/_median$/, "", name)
    sub(/\/threads:2$/, ", 2 threads", name); sub(/\//, " ", name)
    if (threads ? median : !median && (!(name in ns) || field[4] < ns[name])) ns[name] = field[4]
  }
  function row(name) { printf "%-46s %8.1f ns\n", name, ns[name] }
  function ratio(what, a, b, goal) {
    if (ns[b] > 0) printf "%-46s %8.2f%s\n", what, ns[a] / ns[b], goal == "" ? "" : " " goal
  }
  END {
    n = split("compare-and-swap;token bucket;Limiter<TokenBucket> in and out;Leased in and out;" \
              "Limiter<FixedWindow> in and out;Limiter<SlidingCounter<10>> in and out;" \
              "Limiter<SlidingWindow> entries 10;Limiter<SlidingWindow> entries 1000;" \
              "Limiter<SlidingWindow> entries 100000;mutex and deque entries 10;mutex and deque entries 1000;" \
              "mutex and deque entries 100000;shared compare-and-swap, 2 threads;" \
              "shared Limiter<TokenBucket>, 2 threads;shared Leased, 2 threads;shared mutex and deque, 2 threads;" \
              "clock reading;TSC reading;Keyed in and out keys 64;Keyed in and out keys 10000;" \
              "mutex and map keys 64;mutex and map keys 10000",
              order, ";")
    for (i = 1; i <= n; ++i) row(order[i])
    ratio("token bucket / compare-and-swap", "token bucket", "compare-and-swap", "(goal 1.3)")
    ratio("whole token-bucket limiter / compare-and-swap", "Limiter<TokenBucket> in and out", "compare-and-swap", "")
    ratio("leased / shared compare-and-swap, 2 threads", "shared Leased, 2 threads", \
          "shared compare-and-swap, 2 threads", "(goal 0.15)")
    ratio("sliding log of 100,000 entries / of 10", "Limiter<SlidingWindow> entries 100000", \
          "Limiter<SlidingWindow> entries 10", "")
    ratio("keyed limiter, 10,000 string keys / TSC reading", "Keyed in and out keys 10000", "TSC reading", "(goal 3)")
    ratio("keyed limiter, 10,000 string keys / clock reading", "Keyed in and out keys 10000", "clock reading", "")
  }'
