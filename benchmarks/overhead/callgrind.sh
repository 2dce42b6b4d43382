#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# Instructions per call, free of noise, from the callgrind_*.cpp programs: each runs as many calls as its argument
# says, so the difference of two runs is the calls alone.
#   direct   calls the provider          plain   through Resilient<P>           at most 2 instructions apart
#   fused    a hand-written loop         stack   the same work as policies      ratio at most 1.10
# callgrind.sh BUILD_DIR
set -euo pipefail
build=${1:?usage: callgrind.sh BUILD_DIR}
few=1000
many=11000

collected() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '$2 == "Collected" { print $4 }'
}

# instructions PROGRAM: per call, with one decimal.
instructions() {
  local program=$build/benchmarks/aramid_callgrind_$1
  awk -v a="$(collected "$program" $few)" -v b="$(collected "$program" $many)" -v n=$((many - few)) \
    'BEGIN { printf "%.1f", (b - a) / n }'
}

direct=$(instructions direct)
plain=$(instructions plain)
fused=$(instructions fused)
stack=$(instructions stack)

awk -v direct="$direct" -v plain="$plain" -v fused="$fused" -v stack="$stack" 'BEGIN {
  printf "the provider called directly     %8.1f instructions\n", direct
  printf "Resilient<P>, no policies        %8.1f instructions, %+.1f (limit +-2)\n", plain, plain - direct
  printf "hand-fused loop                  %8.1f instructions\n", fused
  printf "the same as a stack of policies  %8.1f instructions, ratio %.3f (limit 1.10)\n", stack, stack / fused
  apart = plain - direct
  exit !(apart >= -2 && apart <= 2 && stack / fused <= 1.10)
}'
