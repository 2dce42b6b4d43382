#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# run.sh FOLDER TESTS [CHAT]: other people's servers before the program TESTS, other people's clients at the fleet of
# CHAT. Everything listens to 127.0.0.1 on free ports and is ended, whatever happens. 77: what it needs is not here.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tests=$(realpath "$2") chat=${3:+$(realpath "$3")}
"$here/install.sh" "$1" || exit 77

# A module finds its packages beside itself.
cp "$here"/*.mjs "$1" && cd "$1" || exit 1
nginx=$(PATH=$PATH:/usr/sbin command -v nginx || echo "$PWD/nginx/usr/sbin/nginx")
"$nginx" -v 2>/dev/null || {
  echo "interop: $nginx does not run here"
  exit 77
}
exec timeout --kill-after=5 55 node main.mjs "$nginx" "$tests" "$chat"
