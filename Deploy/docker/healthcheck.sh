#!/bin/bash
# Whether the role in this container lives: healthcheck [PATH [PORT]] (default: /livez and HIGHLIGHTS_STATUS_PORT).
# Exit code 0 on an answer of 200 within 4 s. Needs nothing but bash: the image has no HTTP client.
set -uo pipefail

path=${1:-/livez}
port=${2:-${HIGHLIGHTS_STATUS_PORT:-9464}}
status=

if { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$path" >&3
  IFS=' ' read -t 4 -r _ status _ <&3
fi
[ "$status" = 200 ] && exit 0
echo "$path on port $port: ${status:-no answer}" >&2
exit 1
