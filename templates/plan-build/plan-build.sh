#!/usr/bin/env bash
# Decides what this run builds: for which class of event, under which tag, and which tags may hold the image already.
#
# EVENT_NAME       the event that started the run
# REF_NAME         the branch that was pushed or dispatched
# HEAD_SHA         the commit that people mean: a pull request's head, never the merge commit
# HEAD_REF         the pull request's branch, else empty
# HEAD_REPOSITORY  where the commit comes from; REPOSITORY where the run is
# PR_NUMBER        the pull request's number, else empty
# PULL_REQUESTS    push, or artifact where images of pull requests stay out of the registry
# MANUAL_TAG       the tag that somebody asked for, or empty
# RUN_ID           this run
# SHA_LENGTH, TAG_*, MAIN_BRANCH, INTEGRATION_BRANCHES, RESERVED_BRANCHES, OTHER_CLASSES, MANUAL_FORBIDDEN  the tag rules
set -eo pipefail
source "${BASH_SOURCE[0]%/*}/../lib/log.sh"
source "${BASH_SOURCE[0]%/*}/../lib/tags.sh"

require EVENT_NAME REF_NAME HEAD_SHA REPOSITORY RUN_ID
context=(
  "Event: $EVENT_NAME" "Ref: $REF_NAME" "Commit: $HEAD_SHA" "Run: $RUN_ID"
  "Pull request: ${PR_NUMBER:-none}" "Head: ${HEAD_REPOSITORY:-$REPOSITORY} ${HEAD_REF:-}"
)
is_commit "$HEAD_SHA" || fail "HEAD_SHA is no full commit." "${context[@]}"
[[ "$RUN_ID" =~ ^[0-9]+$ ]] || fail "RUN_ID is no number." "${context[@]}"

short="${HEAD_SHA:0:SHA_LENGTH}"
push=true
candidates=()
expand_tag "$TAG_STAGING" "sha=$short"
staging="$REPLY"

# Nothing of an event's own run is shared where the build exists to start afresh, or carries a name of its own.
private_staging() {
  expand_tag "$TAG_STAGING" "sha=n$RUN_ID"
  staging="$REPLY"
}

case "$EVENT_NAME" in
  pull_request)
    class=pullRequest
    [[ "${PR_NUMBER:-}" =~ ^[0-9]+$ ]] || fail "The event names no pull request." "${context[@]}"
    expand_tag "$TAG_PULL_REQUEST" "number=$PR_NUMBER" "sha=$short"
    tag="$REPLY"
    if [[ "${HEAD_REPOSITORY:-}" != "$REPOSITORY" ]]; then
      push=false unpushed="as a fork's token cannot push"
    elif [[ "${PULL_REQUESTS:-push}" == artifact ]]; then
      push=false unpushed="as the config keeps images of pull requests out of the registry"
    elif [[ -n "${HEAD_REF:-}" ]]; then
      branch_tag "$HEAD_REF" "$HEAD_SHA"
      candidates+=("$REPLY")
    fi
    ;;
  merge_group)
    class=queue
    expand_tag "$TAG_QUEUE" "sha=$short"
    tag="$REPLY"
    ;;
  schedule)
    class=nightly
    expand_tag "$TAG_NIGHTLY" "date=$(date --utc +%Y-%m-%d)"
    tag="$REPLY"
    private_staging
    ;;
  workflow_dispatch)
    class=manual
    expand_tag "$TAG_MANUAL" "run=$RUN_ID"
    tag="${MANUAL_TAG:-$REPLY}"
    is_docker_tag "$tag" ||
      fail "The tag that was asked for is no Docker tag. Use letters, digits, _, . and -, at most 128 characters, and begin with none of . and -." "Tag: $tag" "${context[@]}"
    if [[ "$tag" =~ $MANUAL_FORBIDDEN ]]; then
      fail "The tag that was asked for reads as a tag of another kind, which the pipeline moves or deletes by its own rules. Choose another name." "Tag: $tag" "${context[@]}"
    fi
    private_staging
    ;;
  push)
    if is_long_lived "$REF_NAME"; then
      if [[ "$REF_NAME" == "$MAIN_BRANCH" ]]; then class=main; else class=integration; fi
      commit_tag "$REF_NAME" "$HEAD_SHA"
      tag="$REPLY"
      # A merge queue has built the very commit that it pushes.
      expand_tag "$TAG_QUEUE" "sha=$short"
      candidates+=("$REPLY")
    else
      class=feature
      branch_tag "$REF_NAME" "$HEAD_SHA"
      tag="$REPLY"
    fi
    ;;
  *) fail "No build is planned for this event." "${context[@]}" ;;
esac

if [[ "$class" == nightly || "$class" == manual ]]; then
  candidates=()
else
  commit_tag "$MAIN_BRANCH" "$HEAD_SHA"
  candidates=("$tag" "$REPLY" "${candidates[@]}")
fi
# A pattern such as {branch}-{sha} for long-lived branches may give one tag twice.
mapfile -t candidates < <(printf '%s\n' "${candidates[@]}" | awk 'NF && !seen[$0]++')
is_docker_tag "$tag" || fail "The pattern of this event's tags gives no Docker tag. Correct it in the config." "Tag: $tag" "${context[@]}"

# What is not of a branch of this repository builds on main's layers.
case "$class" in
  main | integration | feature) cache_branch "$REF_NAME" ;;
  pullRequest)
    if [[ "${HEAD_REPOSITORY:-}" == "$REPOSITORY" ]]; then cache_branch "${HEAD_REF:-$MAIN_BRANCH}"; else cache_branch "$MAIN_BRANCH"; fi
    ;;
  *) cache_branch "$MAIN_BRANCH" ;;
esac
cache_branch="$REPLY"

# What a label says of the branch: fit for a tag, so that it can hold nothing else.
sanitize_branch "${HEAD_REF:-$REF_NAME}" 0
branch="$REPLY"

group "Plan"
details "${context[@]}"
output class "$class"
output tag "$tag"
output sha "$HEAD_SHA"
output short-sha "$short"
output version "0.0.0-$tag"
output created "$(date --utc +%Y-%m-%dT%H:%M:%SZ)"
output push "$push"
output candidates "${candidates[*]}"
output staging "$staging"
output cache-branch "$cache_branch"
output branch "$branch"
endgroup
if [[ "$push" == true ]]; then
  note="pushed"
else
  note="kept as an artifact, $unpushed"
fi
summary "Build of $(code "$HEAD_SHA") as $(code "$tag") ($class, $note)"
