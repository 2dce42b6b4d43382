#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# cancel.sh BUILD_DIR: microseconds from a stop request to the end of a call that waits for a retry an hour away, the
# mean of 100. Fails above 10 ms.
set -euo pipefail
build=${1:?usage: cancel.sh BUILD_DIR}
"$build"/benchmarks/aramid_bench_overhead --benchmark_filter='^cancel: ' --benchmark_format=csv 2>/dev/null |
  awk -F, '/^"cancel: / { us = $3 / 1000; printf "a back-off of an hour ends after %8.1f us (limit 10000)\n", us }
    END { exit !(us > 0 && us <= 10000) }'
