#!/usr/bin/env bash
# Says in the job's summary which image was tested and where it came from.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/plan.sh"

require BUILD
# shellcheck disable=SC2016 # jq's own variables
image="$(plan '.builds[$build].image' --arg build "$BUILD")"
case "${SOURCE:-}" in
  registry) from="the registry" ;;
  artifact) from="the build's artifact" ;;
  source) from="the sources, for this test alone" ;;
  *) from="nowhere: there was no image to test" ;;
esac
echo "Image source: ${SOURCE:-none}"
summary "| Image under test | |" "| --- | --- |" "| Image | $(code "$image") |" "| Tag | $(code "${TAG:-none}") |"
if [[ -n "${DIGEST:-}" ]]; then summary "| Digest | $(code "$DIGEST") |"; fi
summary "| Commit | $(code "${COMMIT:-unknown}") |" "| Taken from | $from |" "| Result | ${RESULT:-unknown} |"
