#!/usr/bin/env bash
# Pulls the image under test, with retries, and checks that it was made from the commit that it should be made from. When
# the registry does not give it, says so and succeeds: the next step takes the artifact. With a PASSWORD it logs in first.
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/retry.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tested-image.sh"

read_tested_image
# shellcheck disable=SC2016 # jq's own variables
IFS=$'\t' read -r attempts delay another < <(plan '
  .builds as $builds | .consumers[$consumer]
  | (.builds | map(select($builds[.].kind == "image"))) as $images
  | [.pull.attempts, .pull.delaySeconds, ($images | last != $build)] | @tsv' --arg build "$BUILD" --arg consumer "$CONSUMER")
reference="$image:${TAG:-}"
if [[ -n "${DIGEST:-}" ]]; then reference="$image@$DIGEST"; fi
read -r -a mirrors <<< "${planned_mirrors:-}"
context=("Image: $image" "Tag: ${TAG:-none}" "Digest: ${DIGEST:-unknown}" "Expected commit: ${COMMIT:-unknown}")

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
# The tests that follow need no registry, and must not find its password; the next image does.
forget_login() {
  local name
  if [[ "$another" == true ]]; then return 0; fi
  for name in "$image" "${mirrors[@]}"; do docker logout "${name%%/*}" > /dev/null 2>&1 || true; done
}

if [[ -z "${DIGEST:-}" && -z "${TAG:-}" ]]; then
  forget_login
  without_registry "Neither a tag nor a digest of the image is known."
fi

log_in() {
  local answer
  answer="$(docker login --username "${USERNAME:-${GITHUB_ACTOR:-}}" --password-stdin "${image%%/*}" <<< "$PASSWORD" 2>&1)" && return
  printf '%s\n' "$answer" | printable_lines
  return 1
}
# What is public can be pulled without.
if [[ -n "${PASSWORD:-}" ]] && ! retry "$attempts" "$delay" log_in; then
  warn "The login to ${image%%/*} failed, so the image is pulled without one." "${context[@]}"
fi

# try_pull REFERENCE: leaves 0, 4 (not there) or another failure in REPLY.
try_pull() {
  reference="$1" REPLY=0
  group "Pull $reference"
  retry "$attempts" "$delay" pull || REPLY=$?
  endgroup
}

mirror=""
try_pull "$reference"
code="$REPLY"
# A tag may have moved in one of two registries; a digest is the same image in both.
if ((code != 0)) && [[ -n "${DIGEST:-}" ]]; then
  for name in "${mirrors[@]}"; do
    try_pull "$name@$DIGEST"
    if ((REPLY == 0)); then
      code=0 mirror="$name"
      warn "The registry did not give the image, so it was taken from $name: the same digest." "${context[@]}"
      summary "⚠️ Pulled from the mirror $(code "$name"), since $(code "$image") did not give the image."
      break
    fi
  done
fi
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
docker tag "$reference" "$local_tag"
output source registry
output mirror "$mirror"
output image-id "$(docker image inspect --format '{{.Id}}' "$local_tag")"
output detail "Pulled $reference"
