# shellcheck shell=bash
# Was this image made from the commit that is recorded for it?
source "${BASH_SOURCE[0]%/*}/log.sh"

# check_freshness LOCAL_IMAGE: compares its label with EXPECTED_COMMIT. FRESHNESS says whether a difference fails. The
# caller's array "context" tells what belongs to the message.
check_freshness() {
  local revision
  revision="$(docker image inspect --format '{{json .Config.Labels}}' "$1" | jq --raw-output '."org.opencontainers.image.revision" // ""')"
  if [[ -n "$revision" && "$revision" == "${EXPECTED_COMMIT:-}" ]]; then
    echo "The image was made from $revision, as recorded."
    return 0
  fi
  # shellcheck disable=SC2154 # the caller's
  if [[ "${FRESHNESS:-fail}" == warn ]]; then
    warn "The image was not made from the recorded commit. The tests go on, but may test something else." "Its commit: ${revision:-none}" "${context[@]}"
  else
    fail "The image was not made from the recorded commit, so testing it would prove nothing. Re-run the build." "Its commit: ${revision:-none}" "${context[@]}"
  fi
}
