#!/bin/sh
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# check.sh FILE COMPILER FLAGS...
# FILE compiles as it stands. For its line `// expect: SENTENCE` it must fail under -DMISTAKE, for every line
# `// expect N: SENTENCE` under -DMISTAKE=N, and the compiler's errors must contain that text, word for word. No
# line with `error:` may mention the library's insides.

file=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
errors=$work/errors
failed=0

complain() {
  echo "$file: $1"
  sed 's/^/    /' "$errors" | head -40
  failed=1
}

# Reading the library takes longer than the file: once for all mistakes. Both compilers find the .gch by themselves.
library=$work/library.hpp
echo '#include <aramid/aramid.hpp>' >"$library"
"$@" -x c++-header "$library" -o "$library.gch" 2>"$errors" || complain "the library does not compile"

compiles() { LC_ALL=C "$@" -include "$library" -fsyntax-only "$file" 2>"$errors"; }

compiles "$@" || complain "the correct twin does not compile"

mistakes=$(sed -n -e 's|^// expect: .*|1|p' -e 's|^// expect \([0-9][0-9]*\): .*|\1|p' "$file")
[ -n "$mistakes" ] || complain "no line '// expect: ...'"

for mistake in $mistakes; do
  sentence=$(sed -n -e "s|^// expect $mistake: ||p" "$file")
  [ "$mistake" = 1 ] && [ -z "$sentence" ] && sentence=$(sed -n -e 's|^// expect: ||p' "$file")
  if compiles "$@" "-DMISTAKE=$mistake"; then
    complain "mistake $mistake compiles"
    continue
  fi
  grep -qF -- "$sentence" "$errors" || complain "mistake $mistake: the compiler does not say: $sentence"
  grep 'error:' "$errors" | grep -q 'detail::' && complain "mistake $mistake: an error mentions detail::"
  echo "mistake $mistake: $(grep -c 'error:' "$errors") error(s)"
done
exit $failed
