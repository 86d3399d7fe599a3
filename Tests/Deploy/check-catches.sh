#!/usr/bin/env bash
# That Deploy/check.sh finds what it is there for: breaks a copy of the files in one way after the other and expects a
# finding that says so. Prints `figure missed N`; exit code 1 where a break passed.
set -euo pipefail
cd "$(dirname "$0")/../.."

Deploy/check/install.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git ls-files -co --exclude-standard Deploy Config Tests/Deploy .ci | tar -cf "$folder/files.tar" -T -
missed=0

# breaks CHECK FILE SED-EXPRESSION TEXT: in FILE, changed by sed, CHECK finds TEXT.
breaks() {
  local copy="$folder/copy" said
  rm -rf "$copy"
  mkdir "$copy"
  tar -xf "$folder/files.tar" -C "$copy"
  ln -s "$PWD/.venv-deploy" "$copy/.venv-deploy"
  git init -q "$copy"
  sed -i -E "$3" "$copy/$2"
  if cmp -s "$2" "$copy/$2"; then
    echo "missed: $2: $3 changes nothing"
  elif said=$("$copy/Deploy/check.sh" "$1" 2>&1); then
    echo "missed: $1 passes: $4"
  elif grep -qE "^finding: .*$4" <<<"$said"; then
    echo "ok: $1: $4"
    return
  else
    echo "missed: $1 finds something else than: $4"
    echo "$said"
  fi
  missed=$((missed + 1))
}

rules=Deploy/prometheus/rules/fleet.yml
scaling=Deploy/kubernetes/overlays/production/scaling.yaml
base=Deploy/kubernetes/base
compose=Deploy/compose/compose.yaml
units=Deploy/systemd

breaks hadolint Deploy/docker/Dockerfile 's/^FROM debian:12-slim/FROM debian/' DL3006
breaks 'Dockerfile pins' Deploy/docker/Dockerfile 's/librdkafka1=2\.0/librdkafka1=9.9/' 'librdkafka1=9.9'
breaks yamllint Deploy/prometheus/prometheus.yml 's/^  scrape_interval/   scrape_interval/' '\[error\]'
breaks shellcheck Deploy/compose/secrets.sh 's/mkdir -p "(.*)"$/mkdir -p \1/' SC2086
breaks 'compose schema' "$compose" 's/^    healthcheck:$/    healtcheck:/' healtcheck
breaks 'settings of compose' "$compose" 's/HIGHLIGHTS_STATUS_HOST/HIGHLIGHTS_STATUS_HOTS/' 'HOTS is no setting'
breaks 'settings of compose' "$compose" 's/stop_grace_period: 150s/stop_grace_period: 60s/' 'must exceed 125s'
breaks 'settings of compose' "$units/highlights-serve.service" 's/TimeoutStopSec=90/TimeoutStopSec=30/' 'must exceed 65'
breaks 'settings of compose' "$units/serve.env" '$ a HIGHLIGHTS_SERVE_ADMIN_TOKEN=planted' 'carries a secret'
breaks kustomize "$base/kustomization.yaml" 's/- cache.yaml/- cash.yaml/' cash.yaml
breaks 'schemas of Kubernetes 1.37' "$base/serve.yaml" 's/maxSurge/maxSurges/' maxSurges
breaks manifests "$base/summarizer.yaml" 's/PeriodSeconds: 150/PeriodSeconds: 90/' 'must exceed 125'
breaks manifests "$base/cache.yaml" 's/readOnlyRootFilesystem: true/readOnlyRootFilesystem: false/' 'read-only root'
breaks manifests "$base/disruption.yaml" 's/name: serve}/name: served}/' 'selects no pod'
breaks manifests "$base/serve.yaml" 's#mountPath: /run/secrets/store#mountPath: /run/secrets/stores#' 'is not mounted'
breaks manifests "$scaling" 's/limitToPartitionsWithLag/limitToPartitions/' 'limitToPartitions is unknown'
breaks manifests "$scaling" 's/relief >= 0.5/relieve >= 0.5/' 'names no trigger'
breaks manifests Config/topics.yaml 's/partitions: 12/partitions: 24/' 'differs from Config/topics.yaml'
breaks verify "$units/highlights-cache.service" 's/^Restart=on-failure/Restart=sometimes/' sometimes
breaks exposure "$units/highlights-serve.service" '/^(Private|Protect|Restrict|SystemCall|Capab)/d' 'exposure level'
breaks 'check config prometheus' Deploy/prometheus/prometheus.yml 's/job_name: cache/job_name: serve/' 'serve'
breaks 'check rules' "$rules" 's/expr: highlights_ready == 0/expr: highlights_ready ==/' 'parse error'
breaks 'test rules' "$rules" 's/kafka_worker_stalled_seconds > 0/kafka_worker_stalled_seconds > 9999/' Stalled
breaks metrics, "$rules" 's/kafka_worker_abandoned_handlers/kafka_worker_abandoned/' 'no metric of METRICS.md'
breaks metrics, "$rules" 's/by \(topic, reason\)/by (topic, cause)/' 'cause is no label'
breaks metrics, Deploy/RUNBOOK.md 's/^### HighlightsHeld/### HighlightsHold/' 'HighlightsHeld is only in the rules'
breaks metrics, Deploy/RUNBOOK.md 's/serve\.cache/serve.memory/' 'serve.memory is no setting'
breaks metrics, Deploy/METRICS.md 's/lookup_waiters/lookup_waiting/' 'lookup_waiters is no metric'
breaks dashboards Deploy/grafana/fleet.json 's/"What binds"/"What bound"/' fleet.json

echo "figure missed $missed"
[ "$missed" -eq 0 ]
