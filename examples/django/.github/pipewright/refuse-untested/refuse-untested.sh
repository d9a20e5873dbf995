#!/usr/bin/env bash
# Fails a test that passed on something else than what is published: on an image made from the sources, because the one
# that was handed on could not be had. For a pull request that is as good; what is promoted must be what was tested.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require CLASS
fail "The tests have passed, but on what was made from the sources: what is published could not be had, so it is untested and nothing is promoted. Re-run the failed jobs once the registry answers." \
  "Class: $CLASS" "Published: ${PUBLISHED:-unknown}"
