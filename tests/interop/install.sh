#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The aramid authors
# SPDX-License-Identifier: MIT

# install.sh FOLDER: puts what these tests need of other people's software into FOLDER: the npm packages of
# package-lock.json, and nginx if the system has none. Prints why it could not, and then fails. Quick if all is there.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1" && cd "$1" || exit 1
exec 9>.lock && flock 9

give_up() {
  echo "interop: $*"
  exit 1
}

for tool in node npm openssl setpriv; do
  command -v $tool >/dev/null || give_up "there is no $tool"
done
oldest=20
(($(node -p 'process.versions.node.split(".")[0]') >= oldest)) ||
  give_up "Node.js $oldest or newer is needed, this is $(node --version)"

# npm ci begins anew each time, so it is left out where the same packages are.
if ! cmp -s "$here/package-lock.json" installed.json; then
  rm -f installed.json
  cp "$here/package.json" "$here/package-lock.json" .
  # No package needs a script of its own to run.
  timeout 240 npm ci --prefer-offline --no-audit --no-fund --ignore-scripts --omit=optional \
    --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 >npm.log 2>&1 || {
    grep -m3 '^npm error' npm.log
    give_up "npm ci failed"
  }
  mv package-lock.json installed.json
fi

# The program out of its package: installing it would start a web server on this machine.
if ! PATH=$PATH:/usr/sbin command -v nginx >/dev/null && [[ ! -d nginx ]]; then
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up "there is no nginx"
  rm -rf unpacked nginx_*.deb
  {
    apt-get download nginx || { ((EUID == 0)) && apt-get -qq update && apt-get download nginx; }
  } >apt.log 2>&1 && dpkg-deb -x nginx_*.deb unpacked || {
    tail -3 apt.log
    give_up "there is no nginx, and apt-get does not get its package"
  }
  mv unpacked nginx
fi
