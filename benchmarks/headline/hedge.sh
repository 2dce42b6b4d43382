#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# hedge.sh BUILD_DIR: a provider with a heavy tail, with and without hedges, in virtual time.
set -euo pipefail
exec "${1:?usage: hedge.sh BUILD_DIR}"/benchmarks/aramid_bench_hedge
