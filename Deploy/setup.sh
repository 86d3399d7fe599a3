#!/usr/bin/env bash
# Installs what a Debian 12 with Swift lacks, and says what. Usage: setup.sh run|test|llm|bench|page|deploy
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-run}" in
  run) packages=(librdkafka-dev libsqlite3-dev libhiredis-dev zlib1g-dev pkg-config) ;;
  test)
    packages=(librdkafka-dev libsqlite3-dev libhiredis-dev zlib1g-dev pkg-config kcat python3-venv
      unicode-data bzip2 redis-server openssl)
    ;;
  llm) packages=(python3-venv) ;;
  bench) packages=(wrk) ;;
  page) packages=(chromium python3-venv) ;;
  # systemd for systemd-analyze; python3-seccomp puts processes under a unit's system call filter.
  deploy) packages=(prometheus shellcheck systemd python3-venv python3-seccomp redis-server) ;;
  *)
    echo "usage: $0 run|test|llm|bench|page|deploy" >&2
    exit 64
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$'; then
    missing+=("$package")
  fi
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing Debian packages: ${missing[*]}" >&2
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null
  # Debian starts a server of its own, which nobody asked for.
  if [[ " ${missing[*]} " == *" prometheus "* && -d /run/systemd/system ]]; then
    "${as_root[@]}" systemctl disable --quiet --now prometheus.service
  fi
fi

if [ "${1:-run}" = test ]; then
  Tests/Support/install-broker.sh
fi
