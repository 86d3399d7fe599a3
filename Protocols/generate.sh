#!/usr/bin/env bash
# Writes the Swift code of Protocols/highlights/v1/*.proto anew into Sources/HighlightsProtocol/Generated.
# Needs Debian's protobuf-compiler and libprotobuf-dev; builds swift-protobuf's plugin the first time (about a minute).
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --product protoc-gen-swift
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
protoc --proto_path=Protocols --plugin=.build/debug/protoc-gen-swift --swift_out="$out" \
  --swift_opt=Visibility=Public --swift_opt=FileNaming=DropPath Protocols/highlights/v1/*.proto
# Only now: what was there is kept when anything above fails.
rm -rf Sources/HighlightsProtocol/Generated
mkdir -p Sources/HighlightsProtocol/Generated
cp "$out"/* Sources/HighlightsProtocol/Generated/
