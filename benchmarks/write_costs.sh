#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# write_costs.sh SCRIPT RESULT: puts what SCRIPT printed into docs/costs.md, between "<!-- measured: SCRIPT -->" and
# the next "<!-- end -->", so that no number is typed by hand. Fails if the page has no such place.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
script=$1 result=$2 page=docs/costs.md
new=$(mktemp)
trap 'rm -f "$new"' EXIT
awk -v begin="<!-- measured: $script -->" -v result="$result" '
  $0 == begin { print; print "```"; while ((getline line < result) > 0) print line; print "```"; skip = found = 1 }
  $0 == "<!-- end -->" { skip = 0 }
  !skip
  END { exit !found }' "$page" >"$new" || {
  echo "$page has no line '<!-- measured: $script -->'" >&2
  exit 1
}
cat "$new" >"$page"
