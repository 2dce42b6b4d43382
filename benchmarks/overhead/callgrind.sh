#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# callgrind.sh: instructions per successful call, free of noise. Compiles callgrind_*.cpp with -O2 and runs each with
# two numbers of calls, so that the difference is the calls alone. The clock's own body runs in the kernel's vDSO,
# which valgrind does not see: this compares code; benchmarks/overhead/stack.sh compares time.
#   direct   calls the provider          plain   through Resilient<P>: at most 2 instructions apart
#   fused    a hand-written loop         stack   the same work as policies: at most 1.75 times as many
# Fails when a bound is passed. CXX chooses the compiler.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$here/../..
few=1000
many=11000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

collected() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 | awk '$2 == "Collected" { print $4 }'
}

# instructions NAME: per call, with one decimal.
instructions() {
  "${CXX:-g++}" -std=c++23 -O2 -DNDEBUG -I"$root/include" -I"$root/policies" "$here/callgrind_$1.cpp" -o "$work/$1"
  awk -v a="$(collected "$work/$1" $few)" -v b="$(collected "$work/$1" $many)" -v n=$((many - few)) \
    'BEGIN { printf "%.1f", (b - a) / n }'
}

direct=$(instructions direct)
plain=$(instructions plain)
fused=$(instructions fused)
stack=$(instructions stack)

awk -v direct="$direct" -v plain="$plain" -v fused="$fused" -v stack="$stack" 'BEGIN {
  printf "the provider called directly     %8.1f instructions\n", direct
  printf "Resilient<P> without policies    %8.1f instructions, %+.1f (limit +-2)\n", plain, plain - direct
  printf "hand-fused loop                  %8.1f instructions\n", fused
  printf "the same as a stack of policies  %8.1f instructions, ratio %.2f (limit 1.75)\n", stack, stack / fused
  apart = plain - direct
  exit !(direct > 0 && apart >= -2 && apart <= 2 && fused > 0 && stack / fused <= 1.75)
}'
