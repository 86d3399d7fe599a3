#!/usr/bin/env bash
# The last stage of Deploy/docker/Dockerfile without Docker: Debian's debootstrap in the place of debian:12-slim, then
# the stage's own RUN and COPY lines, then the roles as its user on a read-only root without capabilities.
# Usage, as root: image.sh [BINARY] (default: the release build). Needs Debian's debootstrap and a network; a minute.
set -euo pipefail

binary=${1:+$(realpath "$1")}
cd "$(dirname "$0")/../.."
binary=${binary:-$PWD/.build/release/highlights}
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null || [ ! -x "$binary" ]; then
  echo "needs root, Debian's debootstrap and $binary" >&2
  exit 69
fi

folder=$(mktemp -d)
root=$folder/root
finish() {
  [ -z "${gateway:-}" ] || kill "$gateway" 2>/dev/null || true
  rm -rf --one-file-system "$folder"
}
trap finish EXIT
fail() {
  echo "failed: $1" >&2
  exit 1
}

debootstrap --variant=minbase bookworm "$root" >"$folder/debootstrap.log" 2>&1 ||
  fail "debootstrap: $(tail -n 3 "$folder/debootstrap.log")"
cp /etc/resolv.conf "$root/etc/resolv.conf"
base=$(du -sm "$root" | cut -f1)

# The stage's instructions, each on one line.
mapfile -t instructions < <(sed -e '/^#/d' -e ':a' -e '/\\$/N; s/\\\n */ /; ta' Deploy/docker/Dockerfile |
  awk '/^FROM/ {stage = ""} {stage = stage $0 "\n"} END {printf "%s", stage}')
variables=()
for instruction in "${instructions[@]}"; do
  read -r word rest <<<"$instruction"
  case $word in
    RUN) chroot "$root" /bin/sh -c "$rest" >"$folder/run.log" 2>&1 || fail "RUN: $(tail -n 3 "$folder/run.log")" ;;
    COPY)
      case $rest in
        --from=build*) install -m 0755 "$binary" "$root/${rest##* }" ;;
        --chmod=0755*) read -r _ from to <<<"$rest" && install -m 0755 "$from" "$root/$to" ;;
        *) read -r from to <<<"$rest" && cp -r "$from" "$root/$to" ;;
      esac
      ;;
    ENV) read -r -a variables <<<"$rest" ;;
    USER) user=$rest ;;
    WORKDIR) directory=$rest ;;
  esac
done
strip --strip-debug "$root/usr/local/bin/highlights"
echo "ok: $(($(du -sm "$root" | cut -f1) - base)) MB more than the base"

# Becomes a command in it, as a container would run it. Swift reads a program's arguments from /proc.
become() {
  # shellcheck disable=SC2016
  exec unshare --mount sh -c '
    mount --make-rprivate / && mount --rbind "$1" "$1" && mount --bind /dev "$1/dev" &&
      mount --bind /proc "$1/proc" &&
      mount -o remount,bind,ro "$1" || exit 1
    root=$1 user=$2 directory=$3
    shift 3
    exec chroot "$root" /usr/bin/setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
      --bounding-set=-all --no-new-privs /usr/bin/env -i -C "$directory" PATH=/usr/local/bin:/usr/bin:/bin "$@"
  ' inside "$root" "$user" "$directory" "${variables[@]}" "$@"
}
inside() { (become "$@"); }

missing=$(inside ldd /usr/local/bin/highlights | grep "not found" || true)
[ -z "$missing" ] || fail "the image lacks $missing"
echo "ok: all libraries are there: version $(inside highlights --version)"
[ "$(inside id -u):$(inside id -g)" = 10001:10001 ] || fail "runs as $(inside id)"
for place in /etc /var/lib/highlights; do
  if inside touch "$place/x" 2>/dev/null; then fail "$place can be written"; fi
done
echo "ok: user 10001 on a read-only root"
inside test -r /etc/highlights/topics.yaml || fail "there is no /etc/highlights/topics.yaml"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
become highlights gateway --port "$port" >"$folder/gateway.log" 2>&1 &
gateway=$!
for ((tenths = 0; tenths < 100; tenths++)); do
  if inside healthcheck /health "$port" 2>/dev/null; then break; fi
  sleep 0.1
done
inside healthcheck /health "$port" || fail "the health check fails: $(tail -n 3 "$folder/gateway.log")"
if inside healthcheck /nothing "$port" 2>/dev/null; then fail "the health check passes what is not there"; fi
echo "ok: the health check tells"
kill "$gateway"
wait "$gateway" || fail "SIGTERM does not end it well: $?"
gateway=
echo "ok: the image's last stage without Docker"
