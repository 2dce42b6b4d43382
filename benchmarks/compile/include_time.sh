#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# What including each of aramid's entrances costs, as a ratio to <chrono> and <atomic> in the same run. Interleaved, and
# the least of several runs each, because other work on the machine only ever makes a run slower.
# include_time.sh [BUILD_DIR [LIMIT [ADAPTER_LIMIT]]]: fails if the ratio of <aramid/aramid.hpp> exceeds LIMIT (default
# 2.0), or that of an adapter header ADAPTER_LIMIT (default 2.2). CXX names the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
limit=${2:-2.0}
adapter_limit=${3:-2.2}
runs=5
compile=("${CXX:-g++}" -std=c++23 -Iinclude -Ipolicies -Iadapters -fsyntax-only -x c++)

names=("<chrono> + <atomic>")
sources=($'#include <chrono>\n#include <atomic>')
for header in aramid/aramid.hpp aramid/core.hpp aramid/testing.hpp $(cd adapters && ls aramid/adapters/*.hpp); do
  names+=("<$header>")
  sources+=("#include <$header>")
done
# The yardsticks: what a client has to compile as well, and what the adapter headers keep out.
names+=("README's example, the client's code included")
sources+=("$(<docs/examples/readme.cpp)")
for header in string regex nlohmann/json.hpp httplib.h; do
  names+=("for comparison: <$header>")
  sources+=("#include <$header>")
done

# cost SOURCE: microseconds of processor time of one compilation.
cost() {
  local TIMEFORMAT='%U %S'
  { time "${compile[@]}" - <<<"$1"; } 2>&1 | awk 'END { printf "%d\n", ($1 + $2) * 1e6 }'
}

least=()
for i in "${!sources[@]}"; do
  "${compile[@]}" - <<<"${sources[i]}"
  least[i]=0
done
for ((run = 0; run < runs; ++run)); do
  for i in "${!sources[@]}"; do
    now=$(cost "${sources[i]}")
    if ((least[i] == 0 || now < least[i])); then least[i]=$now; fi
  done
done

status=0
for i in "${!sources[@]}"; do
  most=""
  case ${names[i]} in
    "<aramid/aramid.hpp>") most=$limit ;;
    "<aramid/adapters/"*) most=$adapter_limit ;;
  esac
  awk -v name="${names[i]}" -v us="${least[i]}" -v base="${least[0]}" -v most="$most" 'BEGIN {
    printf "%-46s %6.0f ms  ratio %.2f%s\n", name, us / 1000, us / base, most == "" ? "" : " (limit " most ")"
    exit most != "" && us / base > most + 0
  }' || status=1
done
exit $status
