#!/usr/bin/env bash
# Finds the run that has uploaded the oldest or newest artifact of a name which is still kept.
#
# GH_TOKEN, REPOSITORY  the token, and whose runs
# ARTIFACT              the artifact's name
# WHICH                 oldest or newest
#
# Outputs: run-id, empty where there is none or GitHub cannot be asked.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/api.sh"

require GH_TOKEN REPOSITORY ARTIFACT WHICH
# A fork's run could upload an artifact of that name.
artifacts="$(api_pages "repos/$REPOSITORY/actions/artifacts?name=$(encode "$ARTIFACT")" \
  '.artifacts[] | select((.expired | not) and .workflow_run.head_repository_id == .workflow_run.repository_id) | {created_at, run: .workflow_run.id}')" ||
  { warn "The artifacts named $ARTIFACT cannot be listed, so none is read."; artifacts=""; }
output run-id "$(jq --raw-output --slurp --arg which "$WHICH" 'sort_by(.created_at) | .[if $which == "oldest" then 0 else -1 end].run // ""' <<< "$artifacts")"
