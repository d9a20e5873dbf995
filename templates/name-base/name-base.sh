#!/usr/bin/env bash
# Names one build of a base image. Each attempt of each run has a tag of its own, so that no tag ever moves, and what a file
# pins keeps the tag that it is pinned with.
#
# RUN, ATTEMPT  the run's number and which attempt of it this is
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require RUN ATTEMPT
[[ "$RUN" =~ ^[0-9]{1,10}$ && "$ATTEMPT" =~ ^[0-9]{1,3}$ ]] || fail "The run and its attempt are no numbers." "Run: $RUN" "Attempt: $ATTEMPT"
tag="$(date --utc +%Y-%m-%d)-$RUN-$ATTEMPT"
output tag "$tag"
output created "$(date --utc +%Y-%m-%dT%H:%M:%SZ)"
summary "Base image $(code "$tag")"
