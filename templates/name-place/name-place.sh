#!/usr/bin/env bash
# Makes a name for the place where a test deploys its image: one that no other job of this or any other run has, and by
# which anybody can see whose it is.
#
# PREFIX                what the name begins with: at most 30 lower-case letters, digits and dashes
# RUN_ID, RUN_ATTEMPT   the run
# JOB                   what tells the jobs of the run apart: the consumer, and its values of the matrix as JSON
#
# Outputs: name, at most 63 lower-case letters, digits and dashes: what a label of DNS may be.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require PREFIX RUN_ID RUN_ATTEMPT JOB
[[ "$PREFIX" =~ ^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$ ]] || fail "Names of places cannot begin with this. Give the consumer's \`deployment.name\` at most 30 lower-case letters, digits and dashes." "It is: $PREFIX"
[[ "$RUN_ID" =~ ^[0-9]{1,15}$ && "$RUN_ATTEMPT" =~ ^[0-9]{1,5}$ ]] || fail "This is no run, so nothing can be named after it." "Run: $RUN_ID" "Attempt: $RUN_ATTEMPT"
digest="$(printf '%s' "$JOB" | sha256sum)"
output name "$PREFIX-$RUN_ID-$RUN_ATTEMPT-${digest:0:8}"
