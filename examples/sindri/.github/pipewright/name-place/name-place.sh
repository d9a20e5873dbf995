#!/usr/bin/env bash
# Makes a name for the place where a test deploys its image: one that no other job of this or any other run has, and by
# which anybody can see whose it is.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require CONSUMER GITHUB_RUN_ID GITHUB_RUN_ATTEMPT
# shellcheck disable=SC2016 # jq's own variables
prefix="$(plan '.consumers[$consumer].deployment.name // ""' --arg consumer "$CONSUMER")"
[[ "$prefix" =~ ^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$ ]] ||
  fail "Names of places cannot begin with this. Give the consumer's \`deployment.name\` at most 30 lower-case letters, digits and dashes." "It is: $prefix"
[[ "$GITHUB_RUN_ID" =~ ^[0-9]{1,15}$ && "$GITHUB_RUN_ATTEMPT" =~ ^[0-9]{1,5}$ ]] ||
  fail "This is no run, so nothing can be named after it." "Run: $GITHUB_RUN_ID" "Attempt: $GITHUB_RUN_ATTEMPT"
# The jobs of a run differ in the consumer, and in the values of its matrix.
digest="$(printf '%s' "$CONSUMER ${MATRIX:-}" | sha256sum)"
output name "$prefix-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-${digest:0:8}"
