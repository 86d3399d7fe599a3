#!/usr/bin/env bash
# Highlights through a real gateway: `highlights up` -> LiteLLM's proxy -> `highlights gateway`, the simulator.
# Usage: Tests/Support/litellm.sh [BINARY] (default: the release build, else the debug one).
# Exit code 0 when every search is answered for, and a wrong key and an unknown model are seen as what they are.
#
# The first run installs the proxy (560 MB, about two minutes) into .venv-litellm at the repository's root. The version
# is pinned: the two that followed it carried malware.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages='litellm[proxy]==1.82.6'
venv=.venv-litellm
key=sk-of-this-test

binary=${1:-}
for built in .build/release/highlights .build/debug/highlights; do
  [ -n "$binary" ] || [ ! -x "$built" ] || binary=$built
done
if [ -z "$binary" ]; then
  echo "no highlights to test: make build, or name a binary" >&2
  exit 64
fi

# The pinned version also names the finished installation: a broken or older one is installed anew.
if [ "$(cat "$venv/installed" 2>/dev/null)" != "$packages" ]; then
  echo "installing $packages into $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "$packages"
  echo "$packages" >"$venv/installed"
fi

folder=$(mktemp -d)
servers=()
finish() {
  for id in "${servers[@]}"; do kill "$id" 2>/dev/null || true; done
  for id in "${servers[@]}"; do wait "$id" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap finish EXIT

fail() {
  echo "failed: $1" >&2
  for log in "$folder"/*.log; do printf -- '--- %s\n%s\n' "$(basename "$log")" "$(tail -n 40 "$log")" >&2; done
  exit 1
}

# Waits at most $1 seconds for a command to succeed, while the server $2 runs.
await() {
  local limit=$1 server=$2
  shift 2
  for ((tenths = 0; tenths < limit * 10; tenths++)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# Nothing of whoever runs this may name another gateway or key.
unset OPENAI_API_KEY OPENAI_BASE_URL OPENAI_API_BASE DATABASE_URL LITELLM_MASTER_KEY "${!HIGHLIGHTS_@}"

"$binary" gateway --port 0 --set simulator.latency=20ms >"$folder/simulator.url" 2>"$folder/simulator.log" &
servers+=($!)
await 20 "${servers[0]}" grep -q /v1 "$folder/simulator.url" || fail "the simulator does not start"

cat >"$folder/litellm.yaml" <<EOF
model_list:
  - model_name: extractive
    litellm_params:
      model: openai/extractive-simulator
      api_base: $(cat "$folder/simulator.url")
      api_key: none
litellm_settings:
  num_retries: 0
general_settings:
  master_key: $key
EOF
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LITELLM_LOCAL_MODEL_COST_MAP=True "$venv/bin/litellm" --config "$folder/litellm.yaml" --host 127.0.0.1 \
  --port "$port" --telemetry False >"$folder/litellm.log" 2>&1 &
servers+=($!)
await 120 "${servers[1]}" python3 -c \
  "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health/liveliness', timeout=2)" ||
  fail "LiteLLM does not start"

head -n 8 Config/samples/searches.jsonl >"$folder/searches.jsonl"

# Runs `highlights up` through the proxy: up NAME KEY MODEL.
up() {
  HIGHLIGHTS_GATEWAY_API_KEY=$2 timeout 90 "$binary" up --quiet --gateway "http://127.0.0.1:$port/v1" \
    --model "$3" --queries "$folder/searches.jsonl" --store "$folder/$1.sqlite" --report "$folder/$1.json" \
    >"$folder/$1.log" 2>&1
}

# Such a call must fail by itself, not by its time limit, and name the reason: refused NAME KEY MODEL REASON.
refused() {
  local code=0
  up "$1" "$2" "$3" || code=$?
  [ "$code" -eq 1 ] || fail "$1 ends with $code"
  grep -q "until a person acts: .*$4" "$folder/$1.log" || fail "$1 is not seen as $4"
  echo "ok: $1 is seen as $4"
}

up answered "$key" extractive || fail "the searches are not answered"
python3 - "$folder/answered.json" <<'EOF' || fail "the report is not as expected"
import json, sys
report = json.load(open(sys.argv[1]))
print("report:", json.dumps(report, sort_keys=True))
ended = sum(report[name] for name in ["answered", "no_answer", "filtered", "unchanged", "expired"])
assert report["queries"] == ended == 8 and report["dead"] == 0
assert report["answered"] >= 4 and report["llm_calls"] >= report["answered"]
assert report["input_tokens"] > 0 and report["output_tokens"] > 0
EOF
echo "ok: 8 searches through LiteLLM"
refused wrong_key sk-of-nobody extractive authentication
refused unknown_model "$key" no-such-model not_found
