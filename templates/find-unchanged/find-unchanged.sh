#!/usr/bin/env bash
# Looks for an image made from the same inputs in the history of the checked-out commit. As long as the inputs are those
# of the commit under test, older commits are asked for; the first whose inputs differ ends the search.
#
# IMAGE             the image's name, without a tag
# INPUTS            globs, one a line; a line that begins with ! excludes
# CLASS             the event's class; BRANCH the branch that was pushed, or the pull request's
# PR_NUMBER         the pull request's number, else empty
# PLATFORMS_NEEDED  what the image must be for, comma between them
# RECIPE            the recipes that will do, space between them
# HISTORY           the most commits to ask for
# SHA_LENGTH, TAG_*, MAIN_BRANCH, ...  the tag rules
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"
source "${BASH_SOURCE[0]%/*}/../lib/registry.sh"

require IMAGE INPUTS CLASS PLATFORMS_NEEDED RECIPE

report_none() {
  output digest ""
  output commit ""
  endgroup
}

none() {
  report_none
  exit 0
}

pathspecs=()
while IFS= read -r glob; do
  case "$glob" in
    "") ;;
    !*) pathspecs+=(":(top,exclude,glob)${glob#!}") ;;
    *) pathspecs+=(":(top,glob)$glob") ;;
  esac
done <<< "$INPUTS"

group "Unchanged since"
if [[ "$CLASS" == nightly ]]; then
  echo "A nightly build starts from nothing."
  none
fi
if [[ "$(git rev-parse --is-shallow-repository)" != false ]]; then
  warn "The history is not complete, so no image of it is reused. Check out with fetch-depth: 0."
  none
fi

# The branch's own images are for itself only; what main and the releases get comes from tested commits.
tags_of() {
  commit_tag "$MAIN_BRANCH" "$1"
  tags=("$REPLY")
  case "$CLASS" in
    pullRequest)
      if [[ "${PR_NUMBER:-}" =~ ^[0-9]+$ ]]; then
        expand_tag "$TAG_PULL_REQUEST" "number=$PR_NUMBER" "sha=${1:0:SHA_LENGTH}"
        tags+=("$REPLY")
      fi
      ;;&
    pullRequest | feature)
      if [[ -n "${BRANCH:-}" ]]; then
        branch_tag "$BRANCH" "$1"
        tags+=("$REPLY")
      fi
      ;;
    integration)
      commit_tag "$BRANCH" "$1"
      if [[ "$REPLY" != "${tags[0]}" ]]; then tags+=("$REPLY"); fi
      ;;
  esac
}

mapfile -t commits < <(git rev-list --first-parent --skip=1 --max-count="${HISTORY:-50}" HEAD)
for commit in "${commits[@]}"; do
  if ! git diff --quiet "$commit" HEAD -- "${pathspecs[@]}"; then
    echo "The inputs changed after $commit."
    none
  fi
  tags_of "$commit"
  for tag in "${tags[@]}"; do
    code=0
    read_image "$IMAGE:$tag" || code=$?
    if ((code == 4)); then continue; fi
    if ((code != 0)); then
      warn "The registry cannot be asked for an earlier image, so this one is built." "Image: $IMAGE:$tag"
      none
    fi
    if ! has_platforms "$PLATFORMS_NEEDED" || ! has_recipe "$RECIPE"; then
      echo "$IMAGE:$tag is for ${IMAGE_PLATFORMS:-no platform}, made by the recipe ${IMAGE_RECIPE:-none}: not what is needed."
      continue
    fi
    if is_commit "$IMAGE_REVISION"; then commit="$IMAGE_REVISION"; fi
    output digest "$IMAGE_DIGEST"
    output commit "$commit"
    endgroup
    summary "Nothing that $(code "$IMAGE") is made from changed since $(code "$commit"): $(code "$tag") is used again."
    exit 0
  done
done
echo "No image of this history will do."
report_none
