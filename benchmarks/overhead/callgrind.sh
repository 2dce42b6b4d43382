#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# callgrind.sh: instructions per successful call, free of noise. Compiles callgrind.cpp with -O2 and runs each subject
# with two numbers of calls, so that the difference is the calls alone. The clock's own body runs in the kernel's vDSO,
# which valgrind does not see: this compares code; benchmarks/overhead/stack.sh compares time.
# Fails when a bound is passed: without policies 2 instructions, as a stack 1.75 times the hand-fused loop. CXX chooses
# the compiler.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$here/../..
few=1000
many=11000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${CXX:-g++}" -std=c++23 -O2 -DNDEBUG -I"$root/include" -I"$root/policies" "$here/callgrind.cpp" -o "$work/callgrind"

collected() {
  local out
  # The program's own status is not its success.
  out=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$work/callgrind" "$@" 2>&1) || true
  awk '$2 == "Collected" { print $4; found = 1 } END { exit !found }' <<<"$out" || {
    printf '%s\n' "$out" >&2
    return 1
  }
}

# instructions SUBJECT: per call, with one decimal.
instructions() {
  local a b
  a=$(collected "$1" $few)
  b=$(collected "$1" $many)
  awk -v a="$a" -v b="$b" -v n=$((many - few)) 'BEGIN { printf "%.1f", (b - a) / n }'
}

direct=$(instructions direct)
plain=$(instructions plain)
printf 'the provider called directly                    %8.1f instructions\n' "$direct"
printf 'Resilient<P> without policies                    %8.1f instructions, %+.1f (limit +-2)\n' "$plain" \
  "$(awk -v a="$plain" -v b="$direct" 'BEGIN { print a - b }')"
while read -r subject label; do
  count=$(instructions "$subject")
  printf '%-48s %8.1f instructions, %+.1f\n' "$label" "$count" \
    "$(awk -v a="$count" -v b="$direct" 'BEGIN { print a - b }')"
done <<'TEXT'
backoff Resilient<P, Backoff<...>>
breaker Resilient<P, Breaker<...>>
timeout Resilient<P, Timeout<30s>>
telemetry Resilient<P, Telemetry>
limiter Resilient<P, Limiter<...>>
TEXT
fused=$(instructions fused)
stack=$(instructions stack)
awk -v direct="$direct" -v plain="$plain" -v fused="$fused" -v stack="$stack" 'BEGIN {
  printf "hand-fused loop                                  %8.1f instructions\n", fused
  printf "the same as a stack of policies                  %8.1f instructions, ratio %.2f (limit 1.75)\n", stack, stack / fused
  apart = plain - direct
  exit !(direct > 0 && apart >= -2 && apart <= 2 && fused > 0 && stack / fused <= 1.75)
}'
