#!/usr/bin/env bash
# Fails unless the jobs before did their work. To GitHub a job that is skipped counts as passed, so one must look.
#
# NEEDS  JSON: the context needs
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/needs.sh"

require NEEDS
check_needs "$NEEDS"
failed="$REPLY"
if jq --exit-status 'all(.[]; .result == "skipped")' <<< "$NEEDS" > /dev/null; then failed="all were skipped"; fi
if [[ -n "$failed" ]]; then fail "Not everything succeeded: $failed. Look at those jobs first."; fi
