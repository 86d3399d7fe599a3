#!/usr/bin/env bash
# Writes the built-in prompts into Swift, so that the binary works without files beside it.
# A test compares the two.
set -euo pipefail
cd "$(dirname "$0")"
out=../../Sources/Highlights/Generated/BuiltInPrompts.swift
{
  echo "// Made by Config/prompts/generate.sh from Config/prompts; do not edit."
  echo
  echo "// swift-format-ignore-file"
  echo "enum BuiltInPrompts {"
  for name in highlight general; do
    echo "  static let $name: [String: String] = ["
    for file in "$name"/1/*; do
      printf '    "%s": ##"""\n' "$(basename "$file")"
      cat "$file"
      printf '\n"""##,\n'
    done
    echo "  ]"
  done
  echo "}"
} > "$out"
