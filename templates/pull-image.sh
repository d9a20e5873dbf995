#!/usr/bin/env bash
# Pulls the image under test, with retries, and checks that it was made from the commit that it should be made from. When
# the registry does not give it, says so and succeeds: the next step takes the artifact.
#
# IMAGE, TAG       the image's name, and its tag
# DIGEST           its digest, where it is known: then the tag does not matter
# EXPECTED_COMMIT  the commit that it was made from
# LOCAL_TAG        the name that it gets on this runner
# TRUSTED          true unless a fork's run built it: then no registry has it
# FRESHNESS        fail or warn: what another commit means
# KEEP_LOGIN       true where another image is pulled afterwards
# ATTEMPTS, DELAY  of the pull; the delay in seconds
source "${BASH_SOURCE[0]%/*}/lib/log.sh"
source "${BASH_SOURCE[0]%/*}/lib/retry.sh"
source "${BASH_SOURCE[0]%/*}/lib/freshness.sh"

require IMAGE LOCAL_TAG
reference="$IMAGE:${TAG:-}"
if [[ -n "${DIGEST:-}" ]]; then reference="$IMAGE@$DIGEST"; fi
context=("Image: $IMAGE" "Tag: ${TAG:-none}" "Digest: ${DIGEST:-unknown}" "Expected commit: ${EXPECTED_COMMIT:-unknown}")

without_registry() {
  output source none
  output detail "$1"
  exit 0
}

pull() {
  local output
  if output="$(docker pull "$reference" 2>&1)"; then
    printf '%s\n' "$output" | printable_lines
    return 0
  fi
  printf '%s\n' "$output" | printable_lines
  # It is not there, and waiting does not bring it back.
  if [[ "$output" =~ (: not found|[Mm]anifest unknown|manifest for .* not found)([^a-z]|$) ]]; then return 4; fi
  return 1
}

if [[ "${TRUSTED:-}" != true ]]; then
  without_registry "The image was built by a fork's run, which cannot push."
fi
# The tests that follow need no registry, and must not find its password.
forget_login() {
  if [[ "${KEEP_LOGIN:-}" != true ]]; then docker logout "${IMAGE%%/*}" > /dev/null 2>&1 || true; fi
}

if [[ -z "${DIGEST:-}" && -z "${TAG:-}" ]]; then
  forget_login
  without_registry "Neither a tag nor a digest of the image is known."
fi

group "Pull $reference"
code=0
retry "${ATTEMPTS:-3}" "${DELAY:-10}" pull || code=$?
endgroup
forget_login
if ((code == 4)); then
  warn "The registry does not have the image (any more). The artifact is tried next." "${context[@]}"
  without_registry "The registry does not have the image."
fi
if ((code != 0)); then
  warn "The image cannot be pulled. The artifact is tried next." "${context[@]}"
  without_registry "The registry did not answer."
fi

check_freshness "$reference"
docker tag "$reference" "$LOCAL_TAG"
output source registry
output image-id "$(docker image inspect --format '{{.Id}}' "$LOCAL_TAG")"
output detail "Pulled $reference"
