#!/usr/bin/env bash
# Checks everything under Deploy/ without Docker, without a cluster and without building: `make check-deploy`.
# Prints a line a finding and at the end `figure findings N`; exit code 1 where there is one.
# Usage: Deploy/check.sh [WORDS] (only the checks whose names contain WORDS).
#
# Needs what `Deploy/setup.sh deploy` installs; the first run installs 270 MB into .venv-deploy. A check that cannot run
# on this machine is a finding, as it would pass unseen otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

Deploy/check/install.sh
export PATH="$PWD/.venv-deploy/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
only=${1:-}
findings=0

# Runs a command; where it fails, each line it printed is a finding: check NAME COMMAND...
check() {
  local name=$1 lines
  shift
  # What is rendered is what others look at.
  case $name in
    *"$only"* | kustomize*) ;;
    *) return 0 ;;
  esac
  if "$@" >"$folder/output" 2>&1; then
    echo "ok: $name"
    return
  fi
  lines=$(grep -c . "$folder/output" || true)
  findings=$((findings + (lines > 0 ? lines : 1)))
  sed "s/^/finding: $name: /" "$folder/output"
  [ "$lines" -gt 0 ] || echo "finding: $name: failed without a word"
}

# Debian still has what the Dockerfile asks for.
pins() {
  local failed=0 pin package version
  while read -r pin; do
    package=${pin%%=*} version=${pin#*=}
    # shellcheck disable=SC2053
    if [[ $(apt-cache policy "$package" | awk '/Candidate:/ {print $2}') != $version ]]; then
      echo "$pin is not Debian's $(apt-cache policy "$package" | awk '/Candidate:/ {print $2}')"
      failed=1
    fi
  done < <(grep -oE '^ +[a-z][a-z0-9.+-]+=[^ ]+' Deploy/docker/Dockerfile)
  return $failed
}

# kustomize build, then every object against the schemas of one version of Kubernetes.
render() { kubectl kustomize "$1" >"$folder/$2.yaml"; }
schema() {
  local said
  said=$(kubernetes-validate --strict -k "$2" "$folder/$1.yaml" 2>&1) || true
  # It knows no schema of KEDA's objects; Deploy/check/manifests.py looks at those.
  grep -vE "^INFO .* passed for |^WARN .* (ScaledObject|TriggerAuthentication) with api version keda.sh/" <<<"$said" &&
    return 1
  grep -q "^INFO .* passed for " <<<"$said"
}

# The units with a command that is there, as they would be installed.
units() {
  mkdir -p "$folder/units"
  local path name failed=0
  for path in Deploy/systemd/*.service Deploy/systemd/*.target; do
    name=$(basename "$path")
    sed 's#^ExecStart=/usr/local/bin/highlights#ExecStart=/bin/true#' "$path" >"$folder/units/${name/@./@9464.}"
  done
  systemd-analyze verify --man=no "$folder"/units/* 2>&1 | grep . && failed=1
  return $failed
}
exposure() {
  systemd-analyze security --offline=true --no-pager --threshold=20 "$1" | tail -n 1
  return "${PIPESTATUS[0]}"
}

# This Prometheus may be built without what finds pods, so that is left out.
kubernetes_scrape() {
  python - Deploy/prometheus/kubernetes.yml "$folder/kubernetes-scrape.yml" <<'PYTHON'
import sys, yaml
configuration = yaml.safe_load(open(sys.argv[1]))
for job in configuration["scrape_configs"]:
    job.pop("kubernetes_sd_configs")
    job["static_configs"] = [{"targets": ["127.0.0.1:9464"]}]
yaml.safe_dump(configuration, open(sys.argv[2], "w"))
PYTHON
  promtool check config --syntax-only "$folder/kubernetes-scrape.yml"
}

# Files of the repository that are there, new ones too.
files() {
  local path
  git ls-files -co --exclude-standard "$@" | while read -r path; do [ ! -e "$path" ] || echo "$path"; done
}
mapfile -t scripts < <(files '*.sh' .ci/run)
mapfile -t yaml < <(files 'Deploy/*.yaml' 'Deploy/*.yml')

check "hadolint" hadolint --no-color Deploy/docker/Dockerfile Deploy/docker/litellm.Dockerfile
check "packages that the Dockerfile pins" pins
check "yamllint" yamllint --strict --format parsable -c Deploy/check/yamllint.yaml "${yaml[@]}"
check "shellcheck" shellcheck --external-sources --format gcc "${scripts[@]}"
check "compose schema" check-jsonschema --builtin-schema vendor.compose-spec Deploy/compose/compose.yaml
check "settings of compose and systemd" python Deploy/check/settings_used.py
rendered=()
for place in base overlays/development overlays/production; do
  name=$(basename "$place")
  check "kustomize $place" render "Deploy/kubernetes/$place" "$name"
  for version in 1.31 1.37; do check "schemas of Kubernetes $version: $place" schema "$name" "$version"; done
  rendered+=("$folder/$name.yaml")
done
check "manifests" python Deploy/check/manifests.py "${rendered[@]}"
check "systemd-analyze verify" units
for unit in Deploy/systemd/*.service; do check "exposure of $(basename "$unit")" exposure "$unit"; done
for name in prometheus machines; do
  check "promtool check config $name" promtool check config --syntax-only "Deploy/prometheus/$name.yml"
done
check "promtool check config kubernetes" kubernetes_scrape
check "promtool check rules" promtool check rules Deploy/prometheus/rules/*.yml
check "promtool test rules" promtool test rules Deploy/prometheus/tests/*.yml
check "metrics, alerts, runbook" python Deploy/check/metrics.py
check "dashboards are current" python Deploy/grafana/generate.py --check

echo "figure findings $findings"
[ "$findings" -eq 0 ]
