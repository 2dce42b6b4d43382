#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# sizes.sh: bytes that clients and calls hold, and what they take from the heap. Exact. CXX chooses the compiler.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${CXX:-g++}" -std=c++23 -O1 -I"$root/include" -I"$root/policies" "$here/sizes.cpp" -o "$work/sizes"
"$work/sizes"
