#!/usr/bin/env bash
# Looks for an image of this very commit that another event has built, and gives it this job's staging tag. Runs while
# the job holds the lock of the image and commit, so what is not there now is built by nobody else.
#
# IMAGE             the image's name, without a tag
# STAGING           the staging tag, with {platform} in it; ENTRY is what stands there
# CANDIDATES        other tags that may hold the image, space between them
# PLATFORMS_NEEDED  what the image must be for, comma between them
# RECIPE            the recipes that will do, space between them
# COMMIT            the commit that is built
# ANY_REVISION      true where an image of an earlier commit with the same inputs, which carries this one's tag, will do
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"

require IMAGE STAGING ENTRY PLATFORMS_NEEDED RECIPE COMMIT
expand_tag "$STAGING" "platform=$ENTRY"
staging_tag="$REPLY"
is_docker_tag "$staging_tag" || fail "The staging tag is no Docker tag. Correct tags.staging in the config." "Tag: $staging_tag"

report() {
  output found "$1"
  output staging "$staging_tag"
  endgroup
}

finish() {
  report "$1"
  exit 0
}

group "Images of $COMMIT"
read -r -a candidates <<< "${CANDIDATES:-}"
for tag in "$staging_tag" "${candidates[@]}"; do
  code=0
  read_image "$IMAGE:$tag" || code=$?
  if ((code == 4)); then
    echo "$tag: not there"
    continue
  fi
  if ((code != 0)); then
    warn "The registry cannot be asked for an image of this commit, so it is built." "Image: $IMAGE:$tag" "Commit: $COMMIT"
    finish false
  fi
  if [[ "$IMAGE_REVISION" != "$COMMIT" && "${ANY_REVISION:-}" != true ]]; then
    echo "$tag: made from ${IMAGE_REVISION:-an unknown commit}"
  elif ! has_platforms "$PLATFORMS_NEEDED"; then
    echo "$tag: for ${IMAGE_PLATFORMS:-no platform} only"
  elif ! has_recipe "$RECIPE"; then
    echo "$tag: made by another recipe"
  elif copy_exactly "$IMAGE:$staging_tag" "$IMAGE_DIGEST" "$IMAGE@$IMAGE_DIGEST"; then
    summary "$(code "$tag") is an image of $(code "$COMMIT") already: nothing to build ($ENTRY)."
    finish true
  else
    warn "An image of this commit is there but cannot be given its staging tag, so it is built again." "Image: $IMAGE:$tag" "Staging tag: $staging_tag"
    finish false
  fi
done
report false
