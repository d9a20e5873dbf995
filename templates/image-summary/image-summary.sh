#!/usr/bin/env bash
# Says in the job's summary which image was tested and where it came from.
#
# IMAGE, TAG, DIGEST  the image; COMMIT the commit under test
# SOURCE              registry, artifact or source; empty or none where there was no image
# RESULT              how the job stands
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"

require IMAGE
case "${SOURCE:-}" in
  registry) from="the registry" ;;
  artifact) from="the build's artifact" ;;
  source) from="the sources, for this test alone" ;;
  *) from="nowhere: there was no image to test" ;;
esac
echo "Image source: ${SOURCE:-none}"
summary "| Image under test | |" "| --- | --- |" "| Image | $(code "$IMAGE") |" "| Tag | $(code "${TAG:-none}") |"
if [[ -n "${DIGEST:-}" ]]; then summary "| Digest | $(code "$DIGEST") |"; fi
summary "| Commit | $(code "${COMMIT:-unknown}") |" "| Taken from | $from |" "| Result | ${RESULT:-unknown} |"
