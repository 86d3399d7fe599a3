#!/bin/sh
# Installs noida-db, the broker that tests of admin calls, offsets by time and group listings run on, into
# .venv-test at the repository's root. Does nothing when that version is there.
set -eu

version=0.2.3
root=$(cd "$(dirname "$0")/../.." && pwd)
venv="$root/.venv-test"

if [ -x "$venv/bin/noida-db" ] && "$venv/bin/pip" show noida-db 2>/dev/null |
  grep -qx "Version: $version"; then
  exit 0
fi
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: \
  "noida-db==$version"
