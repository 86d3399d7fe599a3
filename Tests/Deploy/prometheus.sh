#!/usr/bin/env bash
# A real Prometheus, Debian's, scrapes two summarizers, a cache writer and the API under load, with the project's own
# configuration and rules. Usage: prometheus.sh [BINARY] (default: the release build, else the debug one).
set -euo pipefail

binary=${1:+$(realpath "$1")}
# shellcheck source=Tests/Deploy/environment.sh
. "$(dirname "$0")/environment.sh"

if ! command -v prometheus >/dev/null; then
  echo "needs Debian's prometheus: Deploy/setup.sh deploy" >&2
  exit 69
fi
exec "$python" -B Tests/Deploy/scrape.py "$binary"
