#!/bin/sh
# Runs noida-db as a Kafka broker on 127.0.0.1 in the foreground: noida-db.sh PORT DATA-DIRECTORY
# End it with SIGTERM and wait: it writes its data then. Exits with 69 when it is not installed.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
for binary in "$root"/.venv-test/lib/python3*/site-packages/noida_db/noida-db; do
  # The binary itself, not its Python launcher, so that the process that is waited for is the broker.
  [ -f "$binary" ] && exec "$binary" start --only kafka --kafka-port "$1" --data-dir "$2"
done
echo "noida-db is not installed: run Tests/Support/install-broker.sh" >&2
exit 69
