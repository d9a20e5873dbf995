#!/usr/bin/env bash
# Loads the image under test from the build's artifact. The archive may come from a fork: no name in it is trusted, and
# it may replace no image that is here already.
#
# ARCHIVE          the archive, as docker save or buildx writes it; it may be missing
# IMAGE, TAG       the image's name, and its tag
# EXPECTED_COMMIT  the commit that it was made from
# LOCAL_TAG        the name that it gets on this runner
# FRESHNESS        fail or warn: what another commit means
# RUN_URL          the build's run, or empty
# OPTIONAL         true where the next step can build the image instead
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/freshness.sh"

require ARCHIVE IMAGE LOCAL_TAG
context=("Image: $IMAGE" "Tag: ${TAG:-none}" "Expected commit: ${EXPECTED_COMMIT:-unknown}" "Build: ${RUN_URL:-unknown}")
if [[ ! -f "$ARCHIVE" && "${OPTIONAL:-}" == true ]]; then
  warn "The image is neither in the registry nor kept as an artifact, so it is built from the sources." "${context[@]}"
  output source none
  exit 0
fi
[[ -f "$ARCHIVE" ]] ||
  fail "The image is neither in the registry nor kept as an artifact. Images and artifacts of older runs are deleted: re-run the build, then this test." "${context[@]}"

names() { docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep --invert-match '<none>' | sort || true; }

group "Load $ARCHIVE"
before="$(names)"
loaded="$(docker load --quiet --input "$ARCHIVE" 2>&1)" || fail "The artifact is no image archive. Re-run the build." "Docker says: $loaded" "${context[@]}"
printf '%s\n' "$loaded" | printable_lines
endgroup
replaced="$(comm -23 <(printf '%s\n' "$before") <(names))"
if [[ -n "$replaced" ]]; then
  fail "The archive replaced images of this runner, so it is not used." "Replaced: $replaced" "${context[@]}"
fi
[[ "$loaded" =~ ^"Loaded image"( ID)?": "([A-Za-z0-9./:_@-]+)$ ]] ||
  fail "The archive does not hold just one image. Re-run the build." "Docker says: $loaded" "${context[@]}"
name="${BASH_REMATCH[2]}"
id="$(docker image inspect --format '{{.Id}}' "$name")"

check_freshness "$id"
docker tag "$id" "$LOCAL_TAG"
if [[ "$name" != "$id" && "$name" != "$LOCAL_TAG" ]]; then docker image rm --no-prune "$name" > /dev/null; fi
output source artifact
output image-id "$id"
output detail "Loaded from the build's artifact"
