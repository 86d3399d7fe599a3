#!/usr/bin/env bash
# The page in headless Chromium, and the API against its description, on a server of their own.
# Usage: Tests/Page/page.sh [BINARY] (default: the release build, else the debug one).
# Exit code 0 when every check passes.
#
# Environment:
#   HIGHLIGHTS_PAGE_OUTPUT  folder for screenshots and reports (default: .build/page)
#   HIGHLIGHTS_TEST_DATA    folder of more hostile strings (default: ../shared/data); left out where absent
#
# The first run installs what requirements.txt names (260 MB) into .venv-page at the repository's root.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=.venv-page
requirements=Tests/Page/requirements.txt

binary=${1:-}
for built in .build/release/highlights .build/debug/highlights; do
  [ -n "$binary" ] || [ ! -x "$built" ] || binary=$built
done
if [ -z "$binary" ]; then
  echo "no highlights to test: make build, or name a binary" >&2
  exit 64
fi
if [ ! -x /usr/bin/chromium ]; then
  echo "needs Debian's chromium: Deploy/setup.sh page" >&2
  exit 69
fi

# A copy of the pinned versions names the finished installation: a broken or older one is installed anew.
if ! cmp -s "$requirements" "$venv/installed"; then
  echo "installing $requirements into $venv" >&2
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --no-deps \
    --requirement "$requirements"
  cp "$requirements" "$venv/installed"
fi

# Nothing of whoever runs this may configure the server or redirect its clients.
output=${HIGHLIGHTS_PAGE_OUTPUT:-.build/page}
data=${HIGHLIGHTS_TEST_DATA:-../shared/data}
unset "${!HIGHLIGHTS_@}" "${!SCHEMATHESIS_@}" http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
mkdir -p "$output"

exec "$venv/bin/python" -B Tests/Page/main.py --binary "$binary" --output "$output" --data "$data"
