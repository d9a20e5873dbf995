#!/usr/bin/env bash
# Posts the final status of a test on the tested commit, whatever happened. Runs no code of that commit.
#
# GH_TOKEN, REPOSITORY, SHA  the token, and the commit that the status is about
# CONTEXT           the status's name; TARGET_URL this run
# NEEDS             JSON: the context needs, with the jobs resolve and test
# BUILD_CONCLUSION  how the build ended; empty for a manual run
# REASON            why there was nothing to test, where the job resolve found that
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/status.sh"

require GH_TOKEN REPOSITORY CONTEXT NEEDS
if ! is_commit "${SHA:-}"; then
  warn "No commit was found to report on, so no status is posted." "Status: $CONTEXT" "Reason: ${REASON:-none given}"
  exit 0
fi
resolve="$(jq --raw-output '.resolve.result // ""' <<< "$NEEDS")"
test="$(jq --raw-output '.test.result // ""' <<< "$NEEDS")"
build="${BUILD_CONCLUSION:-success}"

case "$build:$resolve:$test" in
  success:success:success) state=success description="Passed" ;;
  success:success:failure) state=failure description="Failed" ;;
  success:success:cancelled | success:cancelled:*) state=error description="Cancelled: re-run this workflow" ;;
  success:success:*) state=error description="${REASON:-The tests did not run: look at the run}" ;;
  success:*) state=error description="${REASON:-The image could not be resolved: look at the run}" ;;
  failure:* | timed_out:* | startup_failure:*) state=failure description="${REASON:-The build failed, so nothing was tested}" ;;
  *) state=error description="${REASON:-The build ended as $build, so nothing was tested: re-run the build}" ;;
esac

# A newer run for the same commit may have taken over; its verdict is the one that counts.
if [[ "$description" == Cancelled* && -n "${TARGET_URL:-}" ]]; then
  newest="$(api GET "repos/$REPOSITORY/commits/$SHA/statuses?per_page=100" | jq --raw-output --arg context "$CONTEXT" 'map(select(.context == $context)) | .[0].target_url // ""')" || newest=""
  if [[ -n "$newest" && "$newest" != "$TARGET_URL" ]]; then
    echo "This run was cancelled, and another has reported since: $(printable "$newest")"
    exit 0
  fi
fi
post_status "$state" "$description"
summary "$(code "$CONTEXT") on $(code "$SHA"): $state. $(printable "$description")"
