#!/usr/bin/env bash
# What the image is made of: a CycloneDX bill of materials and a list of licences.
# Usage: Deploy/sbom.sh [FOLDER] (default: .build/sbom), which then holds sbom.cdx.json and licences.txt.
#
# Swift packages are read from Package.resolved and their licences from .build/checkouts (`swift package resolve` makes
# both); Debian's from dpkg, beginning with what Deploy/docker/Dockerfile installs. CHECKOUTS names another folder.
set -euo pipefail
cd "$(dirname "$0")/.."

output=${1:-.build/sbom}
checkouts=${CHECKOUTS:-.build/checkouts}
if [ ! -e Package.resolved ] || [ ! -d "$checkouts" ]; then
  echo "sbom: needs Package.resolved and $checkouts: swift package resolve" >&2
  exit 69
fi
mkdir -p "$output"
exec python3 -B Deploy/check/sbom.py Package.resolved "$checkouts" Deploy/docker/Dockerfile "$output"
