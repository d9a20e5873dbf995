# shellcheck shell=bash
# The image under test: what the plan says of it, and whether it was made from the commit that is recorded for it.
source "${BASH_SOURCE[0]%/*}/log.sh"
source "${BASH_SOURCE[0]%/*}/plan.sh"

# read_tested_image: reads what the plan says of BUILD, for CONSUMER. Sets image, its full name without a tag; local_tag,
# its name on this runner; planned_mirrors, the same image in other registries; fallback, what happens when it cannot be had.
# shellcheck disable=SC2034 # not every program reads all of them
read_tested_image() {
  local fields
  require BUILD CONSUMER
  # shellcheck disable=SC2016 # variables of jq
  fields="$(plan '
    .freshness as $freshness | .builds[$build] as $image | .consumers[$consumer]
    | "\($image.image // "")|\(.images[$build] // "")|\($freshness)|\(.fallback // "")|\($image.mirrors // [] | join(" "))"' \
    --arg build "$BUILD" --arg consumer "$CONSUMER")"
  IFS='|' read -r image local_tag freshness fallback planned_mirrors <<< "$fields"
  [[ -n "$image" && -n "$local_tag" ]] ||
    fail "The plan has no such image for this consumer. Generate the files again." "Build: $BUILD" "Consumer: $CONSUMER"
}

# check_freshness LOCAL_IMAGE: compares its label with COMMIT. freshness says whether a difference fails. The caller's
# array "context" tells what belongs to the message.
check_freshness() {
  local revision
  revision="$(docker image inspect --format '{{json .Config.Labels}}' "$1" | jq --raw-output '."org.opencontainers.image.revision" // ""')"
  if [[ -n "$revision" && "$revision" == "${COMMIT:-}" ]]; then
    echo "The image was made from $revision, as recorded."
    return 0
  fi
  # shellcheck disable=SC2154 # the caller's
  if [[ "${freshness:-fail}" == warn ]]; then
    warn "The image was not made from the recorded commit. The tests go on, but may test something else." "Its commit: ${revision:-none}" "${context[@]}"
  else
    fail "The image was not made from the recorded commit, so testing it would prove nothing. Re-run the build." "Its commit: ${revision:-none}" "${context[@]}"
  fi
}
