#!/bin/bash
# Makes the secrets of one installation, once: secrets.sh DIRECTORY
# Each folder in it is one reader's and is mounted by itself. What is there is kept.
set -euo pipefail
umask 022

folder=${1:?usage: secrets.sh DIRECTORY}

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# Writes standard input whole or not at all: write FOLDER FILE.
write() {
  mkdir -p "$folder/$1"
  cat >"$folder/$1/.$2"
  chmod 0444 "$folder/$1/.$2"
  mv "$folder/$1/.$2" "$folder/$1/$2"
}

# The last to be written says that all are there.
if [ -e "$folder/complete" ]; then exit 0; fi

password=$(random)
# Only what the store sends, and only its own keys; the health check may ping.
write valkey users.acl <<ACL
user default off
user probe on nopass resetkeys resetchannels -@all +ping
user highlights on >$password resetchannels ~hl:* -@all +@read +@write +@scripting +@connection +time -@dangerous
ACL
write store url <<<"redis://highlights:$password@valkey:6379/0"

key=sk-$(random)
write litellm master-key <<<"$key"
write gateway api-key <<<"$key"
write serve admin-token <<<"$(random)"
write grafana admin-password <<<"$(random)"
touch "$folder/complete"
echo "secrets: made in $folder" >&2
