#!/usr/bin/env bash
# The verdict on a consumer's tests, as a branch rule reads it. To GitHub a job that is skipped counts as passed, so one
# must look.
#
# RESULT   the result of the tests: success, failure, cancelled or skipped
# PLANNED  the result of the job that decides what is tested
# PASSED   true where the same tests have passed on this commit before, so that skipping them was right
# SOFT     true where a failure only warns
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require RESULT PLANNED
if [[ "$PLANNED" != success ]]; then fail "Nothing was tested, as it could not be planned. Look at the job Plan first." "Plan: $PLANNED"; fi
case "$RESULT" in
  success)
    echo "The tests have passed."
    summary "✅ The tests have passed."
    ;;
  skipped)
    if [[ "${PASSED:-false}" == true ]]; then
      echo "The tests have passed on this commit before."
      summary "✅ The tests have passed on this commit before."
    else
      fail "The tests did not run: something that they wait for has failed. Look at the jobs before them."
    fi
    ;;
  *)
    if [[ "${SOFT:-false}" == true ]]; then
      warn "The tests ended as $RESULT. They are configured to warn only, so nothing stops for it."
      summary "⚠️ The tests ended as $RESULT, which only warns."
    else
      fail "The tests ended as $RESULT. Their log says why; a re-run of the failed jobs repeats them."
    fi
    ;;
esac
