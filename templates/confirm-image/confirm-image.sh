#!/usr/bin/env bash
# Confirms that a registry has the image that is to be deployed, without pulling it. When none has it, or none answers,
# says so; the next step then deploys from the sources, where it can.
#
# IMAGE            the image's name
# DIGEST           its digest; empty where no image was handed on
# MIRRORS          the same image in other registries, space between them: asked when the first one fails
# OPTIONAL         true where the next step can deploy from the sources instead
# ATTEMPTS, DELAY  of each question; the delay in seconds
#
# Outputs: source (registry or none), reference (the image with its digest; empty for none).
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"

require IMAGE
read -r -a names <<< "$IMAGE ${MIRRORS:-}"
context=("Image: $IMAGE" "Digest: ${DIGEST:-none}")

# The tests that follow need no registry, and must not find its password.
forget_logins() {
  local name
  for name in "${names[@]}"; do docker logout "${name%%/*}" > /dev/null 2>&1 || true; done
}

without_image() {
  forget_logins
  [[ "${OPTIONAL:-}" == true ]] || fail "$1 Images of older runs are deleted: re-run the build, then this test." "${context[@]}"
  warn "$1 It is deployed from the sources instead." "${context[@]}"
  output source none
  output reference ""
}

if [[ -z "${DIGEST:-}" ]]; then
  without_image "No image was handed on."
  exit 0
fi
is_digest "$DIGEST" || fail "This is no digest of an image." "${context[@]}"
reason="The registry does not have the image (any more)."
for name in "${names[@]}"; do
  code=0
  find_manifest "$name@$DIGEST" || code=$?
  if ((code == 0)); then
    forget_logins
    if [[ "$name" != "$IMAGE" ]]; then warn "The registry did not give the image, so it is deployed from $name: the same digest." "${context[@]}"; fi
    output source registry
    output reference "$name@$DIGEST"
    exit 0
  fi
  if ((code != 4)); then reason="The registry did not answer."; fi
done
without_image "$reason"
