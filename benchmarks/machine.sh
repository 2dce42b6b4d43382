#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# machine.sh: what the numbers were measured on. CXX names the compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -1)
system=$(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release 2>/dev/null)
printf 'processor     %s, %s cores\n' "${processor:-$(uname -m)}" "$(nproc)"
printf 'system        %s, %s\n' "${system:-unknown}" "$(uname -sr)"
printf 'clock source  %s\n' "$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource 2>/dev/null || echo unknown)"
printf 'compiler      %s\n' "$("${CXX:-g++}" --version | head -1)"
printf 'load before   %s\n' "$(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
