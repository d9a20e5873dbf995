#!/usr/bin/env bash
# Chooses the jobs that build an image for this class of event.
#
# CLASS      the event's class
# PLATFORMS  JSON: by class, a list of {"name", "platforms" (comma between them), "runner", "archive"}
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require CLASS PLATFORMS
matrix="$(jq --compact-output --arg class "$CLASS" '.[$class] // .default // empty' <<< "$PLATFORMS")"
[[ -n "$matrix" && "$matrix" != "[]" ]] ||
  fail "The config names no platforms for this class of event." "Class: $CLASS" "Known: $(jq --raw-output 'keys | join(", ")' <<< "$PLATFORMS")"

output matrix "$matrix"
output platforms "$(jq --compact-output '[.[].platforms | split(",")[]] | unique' <<< "$matrix")"
