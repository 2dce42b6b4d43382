#!/bin/sh
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# light_headers.sh COMPILER FLAGS...: users name their client type in headers, so no adapter header may bring in the
# HTTP or JSON library.
status=0
for header in openai http chat llm_client; do
  files=$(echo "#include <aramid/adapters/$header.hpp>" | "$@" -x c++ -M -) || exit 1
  for heavy in httplib nlohmann openssl; do
    case $files in *"$heavy"*)
      echo "<aramid/adapters/$header.hpp> includes $heavy"
      status=1
      ;;
    esac
  done
done
exit $status
