#!/usr/bin/env bash
# Finds the run with the oldest metrics that are still kept, to compare today's with.
#
# GH_TOKEN, REPOSITORY  the token, and whose runs
# ARTIFACT              the name of the metrics artifact
source "${BASH_SOURCE[0]%/*}/lib/log.sh"
source "${BASH_SOURCE[0]%/*}/lib/api.sh"

require GH_TOKEN REPOSITORY ARTIFACT
# A fork's run could upload an artifact of that name.
artifacts="$(api_pages "repos/$REPOSITORY/actions/artifacts?name=$(encode "$ARTIFACT")" \
  '.artifacts[] | select((.expired | not) and .workflow_run.head_repository_id == .workflow_run.repository_id) | {created_at, run: .workflow_run.id}')" ||
  { warn "Earlier metrics cannot be listed, so nothing is compared."; artifacts=""; }
output run-id "$(jq --raw-output --slurp 'sort_by(.created_at) | .[0].run // ""' <<< "$artifacts")"
