#!/usr/bin/env bash
# Starts what Deploy/compose and Deploy/systemd start, with the settings of those files and without either, and runs a
# search through. Usage: without-docker.sh [compose|systemd [BINARY]] (default: both, with the release build, else the
# debug one). Exit code 0 when a highlight came out of each and every role drained.
set -euo pipefail

modes=(compose systemd)
[ $# -eq 0 ] || modes=("$1")
binary=${2:+$(realpath "$2")}
# shellcheck source=Tests/Deploy/environment.sh
. "$(dirname "$0")/environment.sh"

for mode in "${modes[@]}"; do
  case $mode in
    compose | systemd) "$python" -B Tests/Deploy/without_docker.py "$mode" "$binary" ;;
    *)
      echo "usage: $0 [compose|systemd [BINARY]]" >&2
      exit 64
      ;;
  esac
done
