#!/usr/bin/env bash
# Writes the Swift code of Protocols/highlights/v1/*.proto anew into Sources/HighlightsProtocol/Generated.
# Needs Debian's protobuf-compiler; builds swift-protobuf's plugin the first time (about a minute).
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --product protoc-gen-swift
rm -rf Sources/HighlightsProtocol/Generated
mkdir -p Sources/HighlightsProtocol/Generated
protoc --proto_path=Protocols --plugin=.build/debug/protoc-gen-swift \
  --swift_out=Sources/HighlightsProtocol/Generated \
  --swift_opt=Visibility=Public --swift_opt=FileNaming=DropPath \
  Protocols/highlights/v1/*.proto
