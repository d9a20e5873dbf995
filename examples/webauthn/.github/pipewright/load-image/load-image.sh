#!/usr/bin/env bash
# Loads the image under test from the build's artifact. The archive may come from a fork: no name in it is trusted, and
# it may replace no image that is here already.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/event.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tested-image.sh"

require RUNNER_TEMP
read_tested_image
archive="$RUNNER_TEMP/image-$BUILD/image-$BUILD.tar"
run_url="$(event .workflow_run.html_url)"
run_url="${run_url:-$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID}"
context=("Image: $image" "Tag: ${TAG:-none}" "Expected commit: ${COMMIT:-unknown}" "Build: $run_url")
if [[ ! -f "$archive" && "$fallback" == build ]]; then
  warn "The image is neither in the registry nor kept as an artifact, so it is built from the sources." "${context[@]}"
  output source none
  exit 0
fi
[[ -f "$archive" ]] ||
  fail "The image is neither in the registry nor kept as an artifact. Images and artifacts of older runs are deleted: re-run the build, then this test." "${context[@]}"

names() { docker image ls --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep --invert-match '<none>' | sort || true; }

group "Load $archive"
before="$(names)"
loaded="$(docker load --quiet --input "$archive" 2>&1)" || fail "The artifact is no image archive. Re-run the build." "Docker says: $loaded" "${context[@]}"
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
docker tag "$id" "$local_tag"
if [[ "$name" != "$id" && "$name" != "$local_tag" ]]; then docker image rm --no-prune "$name" > /dev/null; fi
output source artifact
output image-id "$id"
output detail "Loaded from the build's artifact"
