#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# What including the umbrella header costs, as a ratio to <chrono> and <atomic> in the same run. Interleaved, and the
# least of several runs each, because other work on the machine only ever makes a run slower.
# include_time.sh [BUILD_DIR [LIMIT]]: fails if the ratio exceeds LIMIT (default 2.0). CXX names the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
limit=${2:-2.0}
runs=7

# cost SOURCE: microseconds of processor time of one compilation.
cost() {
  local TIMEFORMAT='%U %S'
  { time "${CXX:-g++}" -std=c++23 -Iinclude -Ipolicies -fsyntax-only -x c++ - <<<"$1"; } 2>&1 |
    awk 'END { printf "%d\n", ($1 + $2) * 1e6 }'
}

least() { sort -n | head -1; }

base_source=$'#include <chrono>\n#include <atomic>'
aramid_source='#include <aramid/aramid.hpp>'
"${CXX:-g++}" -std=c++23 -Iinclude -Ipolicies -fsyntax-only -x c++ - <<<"$aramid_source"

base_costs="" aramid_costs=""
for ((run = 0; run < runs; ++run)); do
  base_costs+=$(cost "$base_source")$'\n'
  aramid_costs+=$(cost "$aramid_source")$'\n'
done
base=$(printf '%s' "$base_costs" | least)
aramid=$(printf '%s' "$aramid_costs" | least)

awk -v base="$base" -v aramid="$aramid" -v limit="$limit" 'BEGIN {
  ratio = aramid / base
  printf "<chrono> + <atomic>   %6.0f ms\n<aramid/aramid.hpp>   %6.0f ms\n", base / 1000, aramid / 1000
  printf "ratio                 %6.2f (limit %s)\n", ratio, limit
  exit !(ratio <= limit)
}'
