#!/bin/sh
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# plain.sh PKGCONFIG_DIR MODULES SOURCE PROGRAM COMPILER FLAGS...: compiles, links and runs without a build system.
set -e
export PKG_CONFIG_PATH="$1"
modules=$2 source=$3 program=$4
shift 4
# The output of pkg-config is a list of words, so it is not quoted.
# shellcheck disable=SC2046
"$@" -std=c++23 "$source" -o "$program" $(pkg-config --cflags --libs "$modules")
"$program"
