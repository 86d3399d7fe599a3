#!/bin/sh
# Installs what requirements.txt names (270 MB) into .venv-deploy at the repository's root; nothing when it is there.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
venv="$root/.venv-deploy"
requirements="$root/Deploy/check/requirements.txt"

# A copy of the pinned versions names the finished installation: a broken or older one is installed anew.
if cmp -s "$requirements" "$venv/installed"; then exit 0; fi
echo "installing $requirements into $venv" >&2
python3 -m venv --clear "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --requirement "$requirements"
cp "$requirements" "$venv/installed"
