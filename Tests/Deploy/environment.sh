# shellcheck shell=bash
# What the proofs beside it have in common; sourced by them. Sets binary, where it is empty, and python.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit

for built in .build/release/highlights .build/debug/highlights; do
  [ -n "${binary:-}" ] || [ ! -x "$built" ] || binary=$built
done
if [ -z "${binary:-}" ]; then
  echo "no highlights to test: make build, or name a binary" >&2
  exit 64
fi
if ! command -v redis-server >/dev/null; then
  echo "needs Debian's redis-server: Deploy/setup.sh test" >&2
  exit 69
fi
Deploy/check/install.sh
Tests/Support/install-broker.sh
# shellcheck disable=SC2034
python=.venv-deploy/bin/python
